//! Blocks on one channel, with the pool's own version and with rolled bits by turns.

use crate::channel::{Aim, Kind};
use crate::client::{Client, EASIEST, REQUIRES_STANDARD_JOBS};
use crate::violation::{ensure, Outcome};
use crate::work;
use crate::{finding, Options};

pub fn play(options: &Options) -> Outcome<()> {
    let flags = match options.kind {
        Kind::Standard => REQUIRES_STANDARD_JOBS,
        Kind::Extended => 0,
    };
    let mut client = Client::start(&options.address, options.key, flags)?;
    let id = client.open(options.kind, &options.user, EASIEST)?;
    for number in 0..options.count {
        let rolled = [None, Some(0x1555_4000), Some(0x0aaa_a000)][number as usize % 3];
        let channel = client.channel(id)?;
        let job = channel.active_job()?.clone();
        let share = channel.mine(&job, Aim::Block, rolled)?;
        let hash = share.header.hash();
        client.submit(&share)?;
        client.expect_accepted(id)?;
        finding(
            "block",
            &[
                ("hash", &work::display(&hash)),
                ("header", &work::hex(&share.header.bytes())),
            ],
        );
        client.wait("work on the block that was found", |client| {
            let tip = client.channel(id)?.tip;
            Ok(tip.map(|tip| tip.previous) == Some(hash))
        })?;
    }
    let accepted = client.channel(id)?.accepted;
    ensure!(
        accepted == options.count,
        "{accepted} of {} blocks counted as shares",
        options.count
    );
    Ok(())
}

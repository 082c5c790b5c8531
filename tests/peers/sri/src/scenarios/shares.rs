//! Shares good and bad on one channel, and what becomes of its difficulty.

use crate::channel::{Aim, Job, Kind, Share};
use crate::client::{Client, EASIEST, RATE, REQUIRES_STANDARD_JOBS};
use crate::violation::{ensure, Outcome};
use crate::work::{self, Hash};
use crate::{finding, Options};
use std::time::Duration;

fn connect(options: &Options) -> Outcome<(Client, u32)> {
    let flags = match options.kind {
        Kind::Standard => REQUIRES_STANDARD_JOBS,
        Kind::Extended => 0,
    };
    let mut client = Client::start(&options.address, options.key, flags)?;
    let id = client.open(options.kind, &options.user, EASIEST)?;
    Ok((client, id))
}

fn mine(client: &mut Client, id: u32, aim: Aim, rolled: Option<u32>) -> Outcome<Share> {
    let channel = client.channel(id)?;
    let job = channel.active_job()?.clone();
    channel.mine(&job, aim, rolled)
}

pub fn play(options: &Options) -> Outcome<()> {
    let (mut client, id) = connect(options)?;
    good_shares(&mut client, id)?;
    bad_shares(&mut client, id, options.kind)?;
    limit(&mut client, id)?;
    block_and_stale(&mut client, id)?;
    closing(&mut client, id, options)
}

fn good_shares(client: &mut Client, id: u32) -> Outcome<()> {
    // Alone, the first is answered at once; many together may be answered together.
    for batch in [1, 1, 23] {
        for _ in 0..batch {
            let share = mine(client, id, Aim::Share, None)?;
            client.submit(&share)?;
        }
        client.expect_accepted(id)?;
    }
    for bits in [0x1fff_e000, 0x0000_1fe0, 0x1555_5540, 0] {
        let share = mine(client, id, Aim::Share, Some(bits))?;
        client.submit(&share)?;
    }
    client.expect_accepted(id)?;
    let accepted = client.channel(id)?.accepted;
    ensure!(accepted == 29, "{accepted} shares were accepted of 29");
    finding("shares accepted", &[("count", &accepted.to_string())]);
    Ok(())
}

fn bad_shares(client: &mut Client, id: u32, kind: Kind) -> Outcome<()> {
    let good = mine(client, id, Aim::Share, None)?;
    client.submit(&good)?;
    client.expect_accepted(id)?;
    client.expect_refused(&good, "duplicate-share")?;

    for bit in [0x0000_0001, 0x0000_0010, 0x4000_0000] {
        let mut share = good.clone();
        share.header.version ^= bit;
        let channel = client.channel(id)?;
        let (target, network) = (channel.target, network(channel.active_job()?)?);
        share.header.nonce = 0;
        share.header = share
            .header
            .mine(|hash| work::at_most(hash, &target) && !work::at_most(hash, &network))
            .ok_or("no share with a version bit that may not be rolled")?;
        client.expect_refused(&share, "invalid-non-rollable-version-bit")?;
    }

    let weak = mine(client, id, Aim::Weak, None)?;
    client.expect_refused(&weak, "difficulty-too-low")?;

    let mut unknown = good.clone();
    unknown.job = 0x00ff_ffff;
    client.expect_refused(&unknown, "invalid-job-id")?;

    let mut early = good.clone();
    early.header.time -= 1;
    client.expect_refused(&early, "invalid-share")?;
    let mut late = good.clone();
    late.header.time += 3 * 3600;
    client.expect_refused(&late, "invalid-share")?;

    if kind == Kind::Extended {
        for change in [-1, 1] {
            let mut other = good.clone();
            let size = good.extranonce.len().wrapping_add_signed(change);
            other.extranonce.resize(size, 0);
            client.expect_refused(&other, "bad-extranonce-size")?;
        }
    }
    client.expect_unknown_channel(kind, &good, id + 1000)?;
    let other = match kind {
        Kind::Standard => Kind::Extended,
        Kind::Extended => Kind::Standard,
    };
    client.expect_unknown_channel(other, &good, id)?;

    // None of it harmed the channel.
    let share = mine(client, id, Aim::Share, None)?;
    client.submit(&share)?;
    client.expect_accepted(id)?;
    finding("bad shares are refused, each with its code", &[]);
    Ok(())
}

fn network(job: &Job) -> Outcome<Hash> {
    Ok(work::target_of_bits(job.tip.ok_or("no tip")?.bits))
}

/// A smaller maximum_target has to be followed by SetTarget, and that by work.
fn limit(client: &mut Client, id: u32) -> Outcome<()> {
    let channel = client.channel(id)?;
    let (limit, set, works) = (
        work::harder(&channel.target, 2),
        channel.targets_set,
        channel.work_messages,
    );
    client.update_channel(id, RATE, limit)?;
    client.wait("SetTarget and a fresh job after UpdateChannel", |client| {
        let channel = client.channel(id)?;
        Ok(channel.targets_set > set && channel.work_messages > works)
    })?;
    let share = mine(client, id, Aim::Share, None)?;
    client.submit(&share)?;
    client.expect_accepted(id)?;
    finding("UpdateChannel is followed by SetTarget and a job", &[]);
    Ok(())
}

fn block_and_stale(client: &mut Client, id: u32) -> Outcome<()> {
    let late = mine(client, id, Aim::Share, None)?;
    let future = client.channel(id)?.work_messages;
    let block = mine(client, id, Aim::Block, Some(0x0aaa_a000))?;
    let hash = block.header.hash();
    client.submit(&block)?;
    client.expect_accepted(id)?;
    client.wait("work on the block that was found", |client| {
        let channel = client.channel(id)?;
        Ok(channel.tip.map(|tip| tip.previous) == Some(hash))
    })?;
    let channel = client.channel(id)?;
    ensure!(
        channel.active_job()?.min_time.is_none() && channel.work_messages >= future + 2,
        "the new tip did not come as a future job and SetNewPrevHash"
    );
    finding(
        "block",
        &[
            ("hash", &work::display(&hash)),
            ("header", &work::hex(&block.header.bytes())),
        ],
    );
    client.expect_refused(&late, "stale-share")?;
    client.expect_refused(&block, "stale-share")?;
    let share = mine(client, id, Aim::Share, None)?;
    client.submit(&share)?;
    client.expect_accepted(id)?;
    finding("a share of before the block is stale", &[]);
    Ok(())
}

fn closing(client: &mut Client, id: u32, options: &Options) -> Outcome<()> {
    let share = mine(client, id, Aim::Share, None)?;
    client.close_channel(id)?;
    client.channels.remove(&id);
    client.expect_unknown_channel(options.kind, &share, id)?;
    // Another worker: the pool knows how fast the former was.
    let user = format!("{}again", options.user);
    let other = client.open(options.kind, &user, EASIEST)?;
    ensure!(other != id, "the id {id} was given again");
    let share = mine(client, other, Aim::Share, None)?;
    client.submit(&share)?;
    client.expect_accepted(other)?;
    finding("a channel is closed and another opened", &[]);
    Ok(())
}

/// Shares as fast as they are found, until the pool makes them harder; one of the job before, that
/// reaches the former target alone, still counts.
pub fn vardiff(options: &Options) -> Outcome<()> {
    let (mut client, id) = connect(options)?;
    let before = client.channel(id)?.target;
    let mut last: Option<Job> = None;
    let mut shares = 0;
    while client.channel(id)?.targets_set == 0 {
        ensure!(shares < 5_000, "{shares} shares, and no SetTarget");
        shares += 1;
        last = Some(client.channel(id)?.active_job()?.clone());
        let share = mine(&mut client, id, Aim::Share, None)?;
        client.submit(&share)?;
        client.listen(Duration::from_millis(1))?;
    }
    client.expect_accepted(id)?;
    let works = client.channel(id)?.work_messages;
    client.wait("the job behind SetTarget", |client| {
        let channel = client.channel(id)?;
        Ok(channel.work_messages > works || channel.active_job()?.target != before)
    })?;
    let channel = client.channel(id)?;
    let now = channel.target;
    ensure!(
        now != before && work::at_most(&now, &before),
        "the target went from {} to {}",
        work::display(&before),
        work::display(&now)
    );
    let old = last.ok_or("no job before")?;
    let network = network(&old)?;
    let mut share = channel.mine(&old, Aim::Share, None)?;
    share.header.nonce += 1;
    share.header = share
        .header
        .mine(|hash| {
            work::at_most(hash, &old.target)
                && !work::at_most(hash, &now)
                && !work::at_most(hash, &network)
        })
        .ok_or("no share between the targets")?;
    client.submit(&share)?;
    client.expect_accepted(id)?;
    finding(
        "the difficulty follows",
        &[
            ("shares", &shares.to_string()),
            ("before", &work::display(&before)),
            ("now", &work::display(&now)),
        ],
    );
    Ok(())
}

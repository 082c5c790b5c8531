//! Two channels on one connection that pay different addresses.

use crate::channel::{Aim, Channel, Kind, Material};
use crate::client::{Client, EASIEST};
use crate::violation::{ensure, Outcome};
use crate::work::{self, Coinbase};
use crate::{finding, Options};

/// The users are `--user`, with a comma between.
pub fn play(options: &Options) -> Outcome<()> {
    let mut client = Client::start(&options.address, options.key, 0)?;
    let mut ids = Vec::new();
    for user in options.user.split(',') {
        ids.push(client.open(Kind::Extended, user, EASIEST)?);
    }
    let groups: Vec<u32> = ids.iter().map(|id| client.channels[id].group).collect();
    ensure!(
        groups
            .iter()
            .all(|group| *group != 0 && groups.iter().filter(|other| *other == group).count() == 1),
        "who is paid differs, and the groups are {groups:?}"
    );
    // Once more with a fresh job, which no group may mix up.
    client.wait("a fresh job on each channel", |client| {
        Ok(client
            .channels
            .values()
            .all(|channel| channel.work_messages >= 3))
    })?;
    for id in ids {
        let channel = client.channel(id)?;
        for script in paid(channel)? {
            finding("paid", &[("channel", &id.to_string()), ("script", &script)]);
        }
        let job = channel.active_job()?.clone();
        let share = channel.mine(&job, Aim::Share, None)?;
        client.submit(&share)?;
        client.expect_accepted(id)?;
    }
    Ok(())
}

fn paid(channel: &Channel) -> Outcome<Vec<String>> {
    let Material::Coinbase { prefix, suffix, .. } = &channel.active_job()?.material else {
        return Err("an extended channel has a coinbase".into());
    };
    let extranonce = vec![0; channel.full_extranonce_size()];
    let coinbase = Coinbase::parse(&[prefix.as_slice(), &extranonce, suffix].concat())?;
    Ok(coinbase
        .outputs
        .iter()
        .filter(|(value, _)| *value > 0)
        .map(|(_, script)| work::hex(script))
        .collect())
}

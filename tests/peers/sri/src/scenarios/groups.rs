//! Several channels of both kinds on one connection, which share what they can.

use crate::channel::{Aim, Kind, Material};
use crate::client::{Client, EASIEST, REQUIRES_STANDARD_JOBS};
use crate::violation::{ensure, Outcome};
use crate::work;
use crate::{finding, Options};

pub fn play(options: &Options) -> Outcome<()> {
    mixed(options)?;
    standard_alone(options)
}

fn mixed(options: &Options) -> Outcome<()> {
    let mut client = Client::start(&options.address, options.key, 0)?;
    let mut ids = Vec::new();
    for kind in [
        Kind::Extended,
        Kind::Standard,
        Kind::Standard,
        Kind::Extended,
    ] {
        ids.push(client.open(kind, &options.user, EASIEST)?);
    }
    let group = client.channel(ids[0])?.group;
    for id in &ids {
        let of_this = client.channel(*id)?.group;
        ensure!(
            of_this == group && group != 0,
            "channel {id} is in group {of_this}, and {} in {group}",
            ids[0]
        );
    }
    standard_root_is_right(&mut client, &ids)?;
    finding("a standard channel's root is that of its coinbase", &[]);

    // The node has new transactions all the time, so there will be an active job for all.
    client.wait("a job for the group", |client| {
        Ok(!client.group_jobs.is_empty())
    })?;
    let (to, job) = *client.group_jobs.last().unwrap();
    ensure!(to == group, "a job for the group {to}");
    for id in &ids {
        let channel = client.channel(*id)?;
        ensure!(
            channel.jobs.contains_key(&job),
            "channel {id} does not have the job {job} of its group"
        );
    }
    finding("one job serves the group", &[("job", &job.to_string())]);
    for id in &ids {
        let channel = client.channel(*id)?;
        let job = channel.active_job()?.clone();
        let share = channel.mine(&job, Aim::Share, Some(0x1000_2000))?;
        client.submit(&share)?;
    }
    for id in &ids {
        client.expect_accepted(*id)?;
    }
    finding("every member's share counts", &[]);

    // A block by a standard channel on the group's work, and the tip comes to all at once.
    for finder in [ids[1], ids[3]] {
        let channel = client.channel(finder)?;
        let job = channel.active_job()?.clone();
        let block = channel.mine(&job, Aim::Block, None)?;
        let hash = block.header.hash();
        client.submit(&block)?;
        client.expect_accepted(finder)?;
        finding(
            "block",
            &[
                ("hash", &work::display(&hash)),
                ("header", &work::hex(&block.header.bytes())),
            ],
        );
        client.wait("the new tip on every channel", |client| {
            Ok(client
                .channels
                .values()
                .all(|channel| channel.tip.map(|tip| tip.previous) == Some(hash)))
        })?;
    }
    // Closing the group closes every member.
    let share = {
        let channel = client.channel(ids[0])?;
        let job = channel.active_job()?.clone();
        channel.mine(&job, Aim::Share, None)?
    };
    client.close_channel(group)?;
    client.channels.clear();
    client.expect_unknown_channel(Kind::Extended, &share, ids[0])?;
    finding("closing the group closes its members", &[]);
    Ok(())
}

/// The same template went to both kinds one after another: what the extended channel was given has
/// to yield the standard channel's root with the standard channel's extranonce.
fn standard_root_is_right(client: &mut Client, ids: &[u32]) -> Outcome<()> {
    let jobs: Vec<_> = ids
        .iter()
        .filter_map(|id| client.channels.get(id))
        .flat_map(|channel| channel.jobs.values())
        .filter(|job| matches!(job.material, Material::Coinbase { .. }))
        .cloned()
        .collect();
    for id in ids {
        let channel = client.channel(*id)?;
        let roots: Vec<_> = channel
            .jobs
            .values()
            .filter_map(|job| match job.material {
                Material::Root(root) => Some(root),
                Material::Coinbase { .. } => None,
            })
            .collect();
        if roots.is_empty() {
            continue;
        }
        ensure!(
            jobs.iter()
                .any(|job| roots.contains(&channel.root(job, &[]))),
            "the root of channel {id} is that of no coinbase that was sent"
        );
    }
    Ok(())
}

/// With REQUIRES_STANDARD_JOBS no group ever hears anything.
fn standard_alone(options: &Options) -> Outcome<()> {
    let mut client = Client::start(&options.address, options.key, REQUIRES_STANDARD_JOBS)?;
    let ids = [
        client.open(Kind::Standard, &options.user, EASIEST)?,
        client.open(Kind::Standard, &options.user, EASIEST)?,
    ];
    client.wait("a fresh job on both channels", |client| {
        Ok(client
            .channels
            .values()
            .all(|channel| channel.work_messages >= 3))
    })?;
    let roots: Vec<_> = ids
        .iter()
        .map(|id| {
            client.channels[id]
                .active_job()
                .map(|job| job.material.clone())
        })
        .collect::<Outcome<_>>()?;
    ensure!(roots[0] != roots[1], "two channels have the same root");
    finding("standard jobs alone, each with its root", &[]);
    Ok(())
}

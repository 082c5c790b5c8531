//! A client of the mining protocol that believes nothing: each message is checked when it comes.

use crate::channel::{Channel, Job, Kind, Material, Share, Tip};
use crate::link::{Link, Next};
use crate::violation::{ensure, Outcome};
use crate::work::{self, Hash};
use common_messages_sv2::{Protocol, SetupConnectionOwned};
use mining_sv2::{
    CloseChannelOwned, NewExtendedMiningJobOwned, NewMiningJobOwned,
    OpenExtendedMiningChannelOwned, OpenStandardMiningChannelOwned, SubmitSharesExtendedOwned,
    SubmitSharesStandardOwned, UpdateChannelOwned,
};
use parsers_sv2::{AnyMessageOwned, CommonMessagesOwned, MiningOwned};
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

pub const REQUIRES_STANDARD_JOBS: u32 = 1;
/// Hashes a second, of which every 400 or so are a share.
pub const RATE: f32 = 50.0;
pub const EASIEST: Hash = [0xff; 32];
/// A pool that takes longer is at fault, whatever the machine.
pub const PATIENCE: Duration = Duration::from_secs(20);

pub struct Client {
    link: Link,
    flags: u32,
    pub channels: BTreeMap<u32, Channel>,
    groups: BTreeSet<u32>,
    job_ids: BTreeSet<u32>,
    /// Jobs that came to a group: the group's id and the job's.
    pub group_jobs: Vec<(u32, u32)>,
    pub has_reconnect: bool,
    pub is_closed: bool,
    next_request: u32,
}

/// What an answer to an open request was.
pub type Opened = Result<u32, String>;

pub fn setup(protocol: Protocol, versions: (u16, u16), flags: u32) -> Outcome<AnyMessageOwned> {
    let text = |text: &str| {
        text.try_into()
            .map_err(|error| format!("{text}: {error:?}"))
    };
    Ok(AnyMessageOwned::Common(
        CommonMessagesOwned::SetupConnection(SetupConnectionOwned {
            protocol,
            min_version: versions.0,
            max_version: versions.1,
            flags,
            endpoint_host: text("127.0.0.1")?,
            endpoint_port: 34254,
            vendor: text("sri")?,
            hardware_version: text("client")?,
            firmware: text("test")?,
            device_id: text("")?,
        }),
    ))
}

impl Client {
    pub fn start(address: &str, key: [u8; 32], flags: u32) -> Outcome<Client> {
        let mut link = Link::connect(address, key)?;
        link.send(setup(Protocol::MiningProtocol, (2, 2), flags)?)?;
        let Next::Message(answer) = link.receive(PATIENCE)? else {
            return Err("no answer to SetupConnection".into());
        };
        let AnyMessageOwned::Common(CommonMessagesOwned::SetupConnectionSuccess(success)) = *answer
        else {
            return Err(format!("SetupConnection was answered by {answer}"));
        };
        ensure!(
            success.used_version == 2 && success.flags == 0,
            "the connection was set up as {success}"
        );
        Ok(Client {
            link,
            flags,
            channels: BTreeMap::new(),
            groups: BTreeSet::new(),
            job_ids: BTreeSet::new(),
            group_jobs: Vec::new(),
            has_reconnect: false,
            is_closed: false,
            next_request: 1,
        })
    }

    pub fn channel(&mut self, id: u32) -> Outcome<&mut Channel> {
        self.channels
            .get_mut(&id)
            .ok_or_else(|| format!("there is no channel {id}"))
    }

    pub fn send(&mut self, message: MiningOwned) -> Outcome<()> {
        self.link.send(AnyMessageOwned::Mining(message))
    }

    /// Sends a request to open a channel and returns the channel's id or the pool's refusal.
    pub fn request_open(
        &mut self,
        kind: Kind,
        user: &str,
        rate: f32,
        limit: Hash,
        min_extranonce_size: u16,
    ) -> Outcome<Opened> {
        let request = self.next_request;
        self.next_request += 7;
        let user_identity = user.try_into().map_err(|error| format!("{error:?}"))?;
        self.send(match kind {
            Kind::Standard => {
                MiningOwned::OpenStandardMiningChannel(OpenStandardMiningChannelOwned {
                    request_id: request,
                    user_identity,
                    nominal_hash_rate: rate,
                    max_target: limit.into(),
                })
            }
            Kind::Extended => {
                MiningOwned::OpenExtendedMiningChannel(OpenExtendedMiningChannelOwned {
                    request_id: request,
                    user_identity,
                    nominal_hash_rate: rate,
                    max_target: limit.into(),
                    min_extranonce_size,
                })
            }
        })?;
        let deadline = Instant::now() + PATIENCE;
        loop {
            let message = self.next_message(deadline, "the answer to an open request")?;
            match message {
                AnyMessageOwned::Mining(MiningOwned::OpenMiningChannelError(error)) => {
                    ensure!(error.request_id == request, "{error} for request {request}");
                    return Ok(Err(error.error_code.as_utf8_or_hex()));
                }
                AnyMessageOwned::Mining(MiningOwned::OpenStandardMiningChannelSuccess(success)) => {
                    ensure!(
                        kind == Kind::Standard && success.request_id == request,
                        "{success} for request {request}"
                    );
                    let (id, group) = (success.channel_id, success.group_channel_id);
                    let target = success.target.to_array();
                    let mut channel = Channel::new(id, kind, group, target, limit);
                    channel.prefix = success.extranonce_prefix.as_bytes().to_vec();
                    return self.add(channel).map(Ok);
                }
                AnyMessageOwned::Mining(MiningOwned::OpenExtendedMiningChannelSuccess(success)) => {
                    ensure!(
                        kind == Kind::Extended && success.request_id == request,
                        "{success} for request {request}"
                    );
                    ensure!(
                        success.extranonce_size >= min_extranonce_size,
                        "{success} where {min_extranonce_size} bytes were asked for"
                    );
                    let (id, group) = (success.channel_id, success.group_channel_id);
                    let target = success.target.to_array();
                    let mut channel = Channel::new(id, kind, group, target, limit);
                    channel.prefix = success.extranonce_prefix.as_bytes().to_vec();
                    channel.extranonce_size = usize::from(success.extranonce_size);
                    return self.add(channel).map(Ok);
                }
                // Others' work may come in between, never this channel's: it has no name yet.
                other => {
                    ensure!(
                        !self.channels.is_empty(),
                        "{other} before the answer to the first open request"
                    );
                    self.on(other)?;
                }
            }
        }
    }

    fn add(&mut self, channel: Channel) -> Outcome<u32> {
        let id = channel.id;
        ensure!(
            !self.channels.contains_key(&id) && !self.groups.contains(&id),
            "the id {id} was given twice"
        );
        ensure!(
            !self.channels.contains_key(&channel.group) && channel.group != id,
            "group {} has the id of a channel",
            channel.group
        );
        ensure!(
            work::at_most(&channel.target, &channel.limit),
            "the target {} is easier than {}",
            work::display(&channel.target),
            work::display(&channel.limit)
        );
        let size = channel.full_extranonce_size();
        ensure!((1..=32).contains(&size), "an extranonce of {size} bytes");
        for other in self.channels.values() {
            // One that continues another's would be searched twice.
            let shorter = channel.prefix.len().min(other.prefix.len());
            ensure!(
                channel.prefix[..shorter] != other.prefix[..shorter],
                "channels {id} and {} share the extranonce {}",
                other.id,
                work::hex(&channel.prefix)
            );
            ensure!(
                channel.group == 0
                    || channel.group != other.group
                    || size == other.full_extranonce_size(),
                "the extranonces in group {} differ in size",
                channel.group
            );
        }
        if self.flags & REQUIRES_STANDARD_JOBS == 0 && channel.group != 0 {
            self.groups.insert(channel.group);
        }
        self.channels.insert(id, channel);
        Ok(id)
    }

    /// Opens a channel and waits for its first work: a future job, then the tip that it builds on.
    pub fn open(&mut self, kind: Kind, user: &str, limit: Hash) -> Outcome<u32> {
        let id = self
            .request_open(kind, user, RATE, limit, 8)?
            .map_err(|code| format!("the channel was refused: {code}"))?;
        self.wait("the first work", |client| {
            Ok(client.channel(id)?.work_messages >= 2)
        })?;
        let channel = self.channel(id)?;
        let job = channel.active_job()?;
        ensure!(
            channel.work_messages == 2 && job.min_time.is_none(),
            "channel {id} did not begin with a future job and SetNewPrevHash"
        );
        Ok(id)
    }

    fn next_message(&mut self, deadline: Instant, what: &str) -> Outcome<AnyMessageOwned> {
        let left = deadline.saturating_duration_since(Instant::now());
        match self.link.receive(left)? {
            Next::Message(message) => Ok(*message),
            Next::Silence => Err(format!("no {what} in time")),
            Next::Closed => {
                self.is_closed = true;
                Err(format!("closed instead of {what}"))
            }
        }
    }

    /// Takes what comes until the condition holds.
    pub fn wait(
        &mut self,
        what: &str,
        mut is_there: impl FnMut(&mut Client) -> Outcome<bool>,
    ) -> Outcome<()> {
        let deadline = Instant::now() + PATIENCE;
        while !is_there(self)? {
            let message = self.next_message(deadline, what)?;
            self.on(message)?;
        }
        Ok(())
    }

    /// Takes what comes for a while; false when the pool closed the connection.
    pub fn listen(&mut self, while_for: Duration) -> Outcome<bool> {
        let deadline = Instant::now() + while_for;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.link.receive(left)? {
                Next::Message(message) => self.on(*message)?,
                Next::Silence => return Ok(true),
                Next::Closed => {
                    self.is_closed = true;
                    return Ok(false);
                }
            }
        }
    }

    fn on(&mut self, message: AnyMessageOwned) -> Outcome<()> {
        match message {
            AnyMessageOwned::Common(CommonMessagesOwned::Reconnect(reconnect)) => {
                ensure!(
                    reconnect.new_host.as_bytes().is_empty() && reconnect.new_port == 0,
                    "{reconnect} names another place"
                );
                self.has_reconnect = true;
                Ok(())
            }
            AnyMessageOwned::Mining(message) => self.on_mining(message),
            other => Err(format!("{other} out of place")),
        }
    }

    fn on_mining(&mut self, message: MiningOwned) -> Outcome<()> {
        match message {
            MiningOwned::NewMiningJob(job) => self.on_standard_job(job),
            MiningOwned::NewExtendedMiningJob(job) => self.on_extended_job(job),
            MiningOwned::SetNewPrevHash(tip) => {
                let next = Tip {
                    previous: tip.prev_hash.to_array(),
                    bits: tip.nbits,
                    min_time: tip.min_ntime,
                };
                for id in self.addressees(tip.channel_id)? {
                    self.channel(id)?.on_tip(tip.job_id, next)?;
                }
                Ok(())
            }
            MiningOwned::SetTarget(set) => {
                for id in self.addressees(set.channel_id)? {
                    self.channel(id)?.on_target(set.maximum_target.to_array())?;
                }
                Ok(())
            }
            MiningOwned::SubmitSharesSuccess(success) => {
                self.channel(success.channel_id)?.on_success(
                    success.last_sequence_number,
                    success.new_submits_accepted_count,
                    success.new_shares_sum,
                )
            }
            MiningOwned::SubmitSharesError(error) => self
                .channel(error.channel_id)?
                .on_refusal(error.sequence_number, error.error_code.as_utf8_or_hex()),
            other => Err(format!("{other} out of place")),
        }
    }

    fn addressees(&self, id: u32) -> Outcome<Vec<u32>> {
        if self.channels.contains_key(&id) {
            return Ok(vec![id]);
        }
        let members: Vec<u32> = self
            .channels
            .values()
            .filter(|channel| channel.group == id && self.groups.contains(&id))
            .map(|channel| channel.id)
            .collect();
        ensure!(
            !members.is_empty(),
            "a message for the unknown channel {id}"
        );
        Ok(members)
    }

    fn note_job(&mut self, id: u32) -> Outcome<()> {
        ensure!(self.job_ids.insert(id), "the job id {id} was given twice");
        Ok(())
    }

    fn on_standard_job(&mut self, job: NewMiningJobOwned) -> Outcome<()> {
        self.note_job(job.job_id)?;
        let channel = self.channel(job.channel_id)?;
        ensure!(
            channel.kind == Kind::Standard,
            "NewMiningJob for the extended channel {}",
            job.channel_id
        );
        channel.on_job(Job {
            id: job.job_id,
            min_time: job.min_ntime.into_inner(),
            version: job.version,
            material: Material::Root(job.merkle_root.to_array()),
            target: EASIEST,
            tip: None,
        })
    }

    fn on_extended_job(&mut self, job: NewExtendedMiningJobOwned) -> Outcome<()> {
        self.note_job(job.job_id)?;
        ensure!(
            self.flags & REQUIRES_STANDARD_JOBS == 0,
            "NewExtendedMiningJob where standard jobs are required"
        );
        ensure!(
            job.version_rolling_allowed,
            "job {} forbids rolling",
            job.job_id
        );
        let material = Material::Coinbase {
            prefix: job.coinbase_tx_prefix.as_bytes().to_vec(),
            suffix: job.coinbase_tx_suffix.as_bytes().to_vec(),
            path: job
                .merkle_path
                .as_slice()
                .iter()
                .map(|leaf| leaf.to_array())
                .collect(),
        };
        if self.channels.contains_key(&job.channel_id) {
            let channel = self.channel(job.channel_id)?;
            ensure!(
                channel.kind == Kind::Extended,
                "NewExtendedMiningJob for the standard channel {}",
                channel.id
            );
            ensure!(
                !channel.jobs.values().any(|old| old.material == material),
                "job {} is a copy of one that channel {} has",
                job.job_id,
                channel.id
            );
        } else {
            self.group_jobs.push((job.channel_id, job.job_id));
        }
        for id in self.addressees(job.channel_id)? {
            self.channel(id)?.on_job(Job {
                id: job.job_id,
                min_time: job.min_ntime.as_ref().copied(),
                version: job.version,
                material: material.clone(),
                target: EASIEST,
                tip: None,
            })?;
        }
        Ok(())
    }

    /// Submits a share and returns its sequence number.
    pub fn submit(&mut self, share: &Share) -> Outcome<u32> {
        let channel = self.channel(share.channel)?;
        let sequence = channel.begin_share(share);
        let kind = channel.kind;
        self.submit_as(kind, share, share.channel, sequence)?;
        Ok(sequence)
    }

    pub fn submit_as(
        &mut self,
        kind: Kind,
        share: &Share,
        channel_id: u32,
        sequence_number: u32,
    ) -> Outcome<()> {
        let header = &share.header;
        self.send(match kind {
            Kind::Standard => MiningOwned::SubmitSharesStandard(SubmitSharesStandardOwned {
                channel_id,
                sequence_number,
                job_id: share.job,
                nonce: header.nonce,
                ntime: header.time,
                version: header.version,
            }),
            Kind::Extended => MiningOwned::SubmitSharesExtended(SubmitSharesExtendedOwned {
                channel_id,
                sequence_number,
                job_id: share.job,
                nonce: header.nonce,
                ntime: header.time,
                version: header.version,
                extranonce: share
                    .extranonce
                    .as_slice()
                    .try_into()
                    .map_err(|error| format!("{error:?}"))?,
            }),
        })
    }

    /// Waits until every share of the channel has its answer, and all were good.
    pub fn expect_accepted(&mut self, id: u32) -> Outcome<()> {
        self.wait("the answer to shares", |client| {
            Ok(client.channel(id)?.pending.is_empty())
        })?;
        let refusals = &self.channel(id)?.refusals;
        ensure!(refusals.is_empty(), "refused: {refusals:?}");
        Ok(())
    }

    /// Submits what has to be refused with this code, without harm to others.
    pub fn expect_refused(&mut self, share: &Share, code: &str) -> Outcome<()> {
        let sequence = self.submit(share)?;
        self.expect_refusal(share.channel, sequence, code)
    }

    pub fn expect_refusal(&mut self, id: u32, sequence: u32, code: &str) -> Outcome<()> {
        self.wait("the refusal of a share", |client| {
            let channel = client.channel(id)?;
            Ok(
                channel.refusals.contains_key(&sequence)
                    || !channel.pending.contains_key(&sequence),
            )
        })?;
        let refusal = self.channel(id)?.refusals.remove(&sequence);
        ensure!(
            refusal.as_deref() == Some(code),
            "a share that deserves {code} was answered by {refusal:?}"
        );
        Ok(())
    }

    /// The answer to a share of a channel that there is not.
    pub fn expect_unknown_channel(
        &mut self,
        kind: Kind,
        share: &Share,
        channel: u32,
    ) -> Outcome<()> {
        self.submit_as(kind, share, channel, 77)?;
        let deadline = Instant::now() + PATIENCE;
        loop {
            match self.next_message(deadline, "invalid-channel-id")? {
                AnyMessageOwned::Mining(MiningOwned::SubmitSharesError(error))
                    if error.channel_id == channel && error.sequence_number == 77 =>
                {
                    let code = error.error_code.as_utf8_or_hex();
                    ensure!(code == "invalid-channel-id", "{error}");
                    return Ok(());
                }
                other => self.on(other)?,
            }
        }
    }

    pub fn update_channel(&mut self, id: u32, rate: f32, limit: Hash) -> Outcome<()> {
        self.channel(id)?.limit = limit;
        self.send(MiningOwned::UpdateChannel(UpdateChannelOwned {
            channel_id: id,
            nominal_hash_rate: rate,
            maximum_target: limit.into(),
        }))
    }

    pub fn close_channel(&mut self, id: u32) -> Outcome<()> {
        self.send(MiningOwned::CloseChannel(CloseChannelOwned {
            channel_id: id,
            reason_code: "done".try_into().map_err(|error| format!("{error:?}"))?,
        }))
    }
}

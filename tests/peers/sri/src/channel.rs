//! One channel as its client knows it, with what the protocol says may follow what.

use crate::violation::{ensure, Outcome};
use crate::work::{self, Coinbase, Hash, Header};
use std::collections::{BTreeMap, BTreeSet};

/// BIP 323: what a miner may roll of the version.
pub const VERSION_MASK: u32 = 0x1fff_ffe0;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    Standard,
    Extended,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tip {
    pub previous: Hash,
    pub bits: u32,
    pub min_time: u32,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Material {
    Root(Hash),
    Coinbase {
        prefix: Vec<u8>,
        suffix: Vec<u8>,
        path: Vec<Hash>,
    },
}

#[derive(Clone, Debug)]
pub struct Job {
    pub id: u32,
    /// Absent for a future job.
    pub min_time: Option<u32>,
    pub version: u32,
    pub material: Material,
    /// The channel's when the job came; of a future job, when it became the work.
    pub target: Hash,
    /// What it builds on, since that is known.
    pub tip: Option<Tip>,
}

#[derive(Clone, Debug)]
pub struct Share {
    pub channel: u32,
    pub job: u32,
    pub extranonce: Vec<u8>,
    pub header: Header,
}

/// Which hashes a share is looked for among.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Aim {
    /// Good for the pool, and no block.
    Share,
    Block,
    /// Not good enough.
    Weak,
}

pub struct Channel {
    pub id: u32,
    pub kind: Kind,
    pub group: u32,
    pub target: Hash,
    /// No target of the pool may be easier.
    pub limit: Hash,
    pub prefix: Vec<u8>,
    pub extranonce_size: usize,
    pub jobs: BTreeMap<u32, Job>,
    /// The newest job that may be worked on.
    pub active: Option<u32>,
    pub tip: Option<Tip>,
    /// Number of messages that brought work.
    pub work_messages: usize,
    pub targets_set: usize,
    /// Shares that wait for their answer, with their least and largest worth.
    pub pending: BTreeMap<u32, (f64, f64)>,
    pub refusals: BTreeMap<u32, String>,
    pub accepted: u32,
    worth: (f64, f64),
    told: u64,
    next_sequence: u32,
    next_extranonce: u64,
    easiest: Hash,
}

impl Channel {
    pub fn new(id: u32, kind: Kind, group: u32, target: Hash, limit: Hash) -> Channel {
        Channel {
            id,
            kind,
            group,
            target,
            limit,
            prefix: Vec::new(),
            extranonce_size: 0,
            jobs: BTreeMap::new(),
            active: None,
            tip: None,
            work_messages: 0,
            targets_set: 0,
            pending: BTreeMap::new(),
            refusals: BTreeMap::new(),
            accepted: 0,
            worth: (0.0, 0.0),
            told: 0,
            next_sequence: 1,
            next_extranonce: 1,
            easiest: target,
        }
    }

    pub fn full_extranonce_size(&self) -> usize {
        self.prefix.len() + self.extranonce_size
    }

    pub fn active_job(&self) -> Outcome<&Job> {
        self.active
            .and_then(|id| self.jobs.get(&id))
            .ok_or_else(|| format!("channel {} has no work", self.id))
    }

    pub fn on_job(&mut self, mut job: Job) -> Outcome<()> {
        self.work_messages += 1;
        ensure!(
            job.version & !VERSION_MASK == 0x2000_0000,
            "job {} has the version {:#x}",
            job.id,
            job.version
        );
        if let Material::Coinbase { prefix, suffix, .. } = &job.material {
            let extranonce = vec![0xa5; self.full_extranonce_size()];
            let whole = [prefix.as_slice(), &extranonce, suffix].concat();
            let coinbase = Coinbase::parse(&whole)
                .map_err(|error| format!("coinbase of job {}: {error}", job.id))?;
            ensure!(
                coinbase
                    .script
                    .windows(extranonce.len())
                    .any(|window| window == extranonce),
                "the extranonce of job {} is not in the scriptSig",
                job.id
            );
            ensure!(
                coinbase.outputs.iter().any(|(value, _)| *value > 0),
                "the coinbase of job {} pays nobody",
                job.id
            );
        }
        job.target = self.target;
        if let Some(min_time) = job.min_time {
            let tip = self
                .tip
                .ok_or_else(|| format!("job {} is active before there is a tip", job.id))?;
            ensure!(
                min_time >= tip.min_time,
                "job {} begins at {min_time}, its tip at {}",
                job.id,
                tip.min_time
            );
            job.tip = Some(tip);
            self.active = Some(job.id);
        }
        self.jobs.insert(job.id, job);
        Ok(())
    }

    /// Returns the jobs that are over.
    pub fn on_tip(&mut self, id: u32, tip: Tip) -> Outcome<BTreeSet<u32>> {
        self.work_messages += 1;
        let mut job = self
            .jobs
            .remove(&id)
            .filter(|job| job.min_time.is_none() && job.tip.is_none())
            .ok_or_else(|| format!("SetNewPrevHash names {id}, which is no future job"))?;
        ensure!(
            work::target_of_bits(tip.bits) != [0; 32],
            "bits {:#x} mean no target",
            tip.bits
        );
        ensure!(
            self.tip.map(|tip| tip.previous) != Some(tip.previous),
            "SetNewPrevHash for the tip that there was"
        );
        job.target = self.target;
        job.tip = Some(tip);
        let over = self.jobs.keys().copied().collect();
        self.jobs = BTreeMap::from([(id, job)]);
        self.active = Some(id);
        self.tip = Some(tip);
        Ok(over)
    }

    pub fn on_target(&mut self, target: Hash) -> Outcome<()> {
        ensure!(
            work::at_most(&target, &self.limit),
            "target {} of channel {} is easier than its limit {}",
            work::display(&target),
            self.id,
            work::display(&self.limit)
        );
        self.target = target;
        self.targets_set += 1;
        if work::at_most(&self.easiest, &target) {
            self.easiest = target;
        }
        Ok(())
    }

    /// The coinbase's bytes with this extranonce behind the prefix, and the root.
    pub fn root(&self, job: &Job, extranonce: &[u8]) -> Hash {
        match &job.material {
            Material::Root(root) => *root,
            Material::Coinbase {
                prefix,
                suffix,
                path,
            } => {
                let whole = [prefix.as_slice(), &self.prefix, extranonce, suffix].concat();
                work::merkle_root(&whole, path)
            }
        }
    }

    pub fn next_extranonce(&mut self) -> Vec<u8> {
        let counter = self.next_extranonce.to_be_bytes();
        self.next_extranonce += 1;
        let mut extranonce = vec![0; self.extranonce_size];
        for (to, from) in extranonce.iter_mut().rev().zip(counter.iter().rev()) {
            *to = *from;
        }
        extranonce
    }

    /// A share of this job; `rolled` are the version's bits inside the mask.
    pub fn mine(&mut self, job: &Job, aim: Aim, rolled: Option<u32>) -> Outcome<Share> {
        let tip = job
            .tip
            .ok_or_else(|| format!("job {} has no tip yet", job.id))?;
        let network = work::target_of_bits(tip.bits);
        let (target, easiest) = (job.target, self.easiest);
        ensure!(
            aim != Aim::Share || !work::at_most(&target, &network),
            "channel {} is asked for nothing but blocks: its target is {}",
            self.id,
            work::display(&target)
        );
        let is_wanted = |hash: &Hash| match aim {
            Aim::Share => work::at_most(hash, &target) && !work::at_most(hash, &network),
            Aim::Block => work::at_most(hash, &network),
            Aim::Weak => !work::at_most(hash, &easiest) && !work::at_most(hash, &network),
        };
        for _ in 0..4 {
            let extranonce = self.next_extranonce();
            let header = Header {
                version: rolled.map_or(job.version, |bits| {
                    job.version & !VERSION_MASK | bits & VERSION_MASK
                }),
                previous: tip.previous,
                root: self.root(job, &extranonce),
                time: job.min_time.unwrap_or(tip.min_time),
                bits: tip.bits,
                // Otherwise a standard channel would find the same share again.
                nonce: u32::try_from(self.next_extranonce << 20 & 0x7fff_ffff).unwrap(),
            };
            if let Some(header) = header.mine(is_wanted) {
                return Ok(Share {
                    channel: self.id,
                    job: job.id,
                    extranonce,
                    header,
                });
            }
        }
        Err(format!("job {} yields no share", job.id))
    }

    /// The sequence number of a share that is about to be submitted.
    pub fn begin_share(&mut self, share: &Share) -> u32 {
        let sequence = self.next_sequence;
        self.next_sequence += 1;
        let job = self
            .jobs
            .get(&share.job)
            .map_or(self.target, |job| job.target);
        let worth = [job, self.target, self.easiest].map(|target| work::difficulty_of(&target));
        let least = worth.iter().copied().fold(f64::INFINITY, f64::min);
        let largest = worth.iter().copied().fold(0.0, f64::max);
        self.pending.insert(sequence, (least, largest));
        sequence
    }

    /// A batch: the count and the sum are of shares that nobody has been told of.
    pub fn on_success(&mut self, last: u32, count: u32, sum: u64) -> Outcome<()> {
        ensure!(
            self.pending.contains_key(&last),
            "success up to share {last} of channel {}, which waits for nothing",
            self.id
        );
        let told: Vec<u32> = self.pending.range(..=last).map(|(key, _)| *key).collect();
        ensure!(
            told.len() == count as usize,
            "success of {count} shares where {} were sent",
            told.len()
        );
        for sequence in told {
            let (least, largest) = self.pending.remove(&sequence).unwrap_or_default();
            self.worth = (self.worth.0 + least, self.worth.1 + largest);
        }
        self.accepted += count;
        self.told += sum;
        // What is below a whole may wait for the next answer.
        ensure!(
            (self.worth.0 * 0.999).floor() as u64 <= self.told
                && self.told <= (self.worth.1 * 1.001).floor() as u64,
            "shares worth {:?} were added up to {}",
            self.worth,
            self.told
        );
        Ok(())
    }

    pub fn on_refusal(&mut self, sequence: u32, code: String) -> Outcome<()> {
        ensure!(
            self.pending.remove(&sequence).is_some(),
            "refusal of share {sequence} of channel {}, which waits for nothing",
            self.id
        );
        self.refusals.insert(sequence, code);
        Ok(())
    }
}

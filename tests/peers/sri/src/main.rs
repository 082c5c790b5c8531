//! Speaks Stratum V2 to a pool as the libraries of the reference implementation do, checks every
//! field of every message, and hashes with nothing but SHA-256. One JSON line for each finding;
//! the first broken rule ends it with exit code 1.
//!
//!     sri_client SCENARIO --address HOST:PORT --key KEY [--user NAME] [--kind standard|extended]
//!                [--count NUMBER]

mod channel;
mod client;
mod link;
mod scenarios;
mod violation;
mod work;

use channel::Kind;
use std::process::ExitCode;
use violation::Outcome;

/// What the command line says.
pub struct Options {
    pub address: String,
    pub key: [u8; 32],
    pub user: String,
    pub kind: Kind,
    pub count: u32,
}

/// One line of output: what was seen, and its particulars.
pub fn finding(name: &str, particulars: &[(&str, &str)]) {
    let rest: String = particulars
        .iter()
        .map(|(key, value)| format!(", {}: {}", quoted(key), quoted(value)))
        .collect();
    println!("{{\"finding\": {}{rest}}}", quoted(name));
}

fn quoted(text: &str) -> String {
    let escaped: String = text
        .chars()
        .map(|letter| match letter {
            '"' | '\\' => format!("\\{letter}"),
            letter if letter.is_control() => " ".into(),
            letter => letter.to_string(),
        })
        .collect();
    format!("\"{escaped}\"")
}

fn run() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1);
    let scenario = arguments.next().ok_or("no scenario")?;
    let mut options = Options {
        address: String::new(),
        key: [0; 32],
        user: "sri".into(),
        kind: Kind::Extended,
        count: 1,
    };
    while let Some(name) = arguments.next() {
        let value = arguments.next().ok_or(format!("{name} needs a value"))?;
        match (name.as_str(), value.as_str()) {
            ("--address", _) => options.address = value,
            ("--key", _) => options.key = link::authority_key(&value)?,
            ("--user", _) => options.user = value,
            ("--kind", "standard") => options.kind = Kind::Standard,
            ("--kind", "extended") => options.kind = Kind::Extended,
            ("--count", _) => options.count = value.parse().map_err(|_| "bad --count")?,
            _ => return Err(format!("unknown argument {name} {value}")),
        }
    }
    scenarios::play(&scenario, &options)
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(violation) => {
            finding("violation", &[("what", &violation)]);
            ExitCode::FAILURE
        }
    }
}

//! How connections begin, and how they end.

use crate::channel::Kind;
use crate::client::{self, Client, EASIEST, PATIENCE, REQUIRES_STANDARD_JOBS};
use crate::link::{Link, Next};
use crate::violation::{ensure, Outcome};
use crate::{finding, Options};
use common_messages_sv2::Protocol;
use extensions_sv2::RequestExtensionsOwned;
use parsers_sv2::{
    AnyMessageOwned, CommonMessagesOwned, ExtensionsNegotiationOwned, ExtensionsOwned, MiningOwned,
};

pub fn play(options: &Options) -> Outcome<()> {
    for (protocol, versions, flags, code, wrong_flags) in [
        (
            Protocol::JobDeclarationProtocol,
            (2, 2),
            0,
            "unsupported-protocol",
            0,
        ),
        (
            Protocol::TemplateDistributionProtocol,
            (2, 2),
            0,
            "unsupported-protocol",
            0,
        ),
        (
            Protocol::MiningProtocol,
            (3, 4),
            0,
            "protocol-version-mismatch",
            0,
        ),
        (
            Protocol::MiningProtocol,
            (2, 2),
            0x31,
            "unsupported-feature-flags",
            0x30,
        ),
    ] {
        refused(options, protocol, versions, flags, code, wrong_flags)?;
        finding("set-up refused", &[("code", code)]);
    }
    set_up_comes_first(options)?;
    extensions(options)?;
    opens_are_refused(options)
}

fn refused(
    options: &Options,
    protocol: Protocol,
    versions: (u16, u16),
    flags: u32,
    code: &str,
    wrong_flags: u32,
) -> Outcome<()> {
    let mut link = Link::connect(&options.address, options.key)?;
    link.send(client::setup(protocol, versions, flags)?)?;
    let Next::Message(answer) = link.receive(PATIENCE)? else {
        return Err(format!("no answer where {code} was due"));
    };
    let AnyMessageOwned::Common(CommonMessagesOwned::SetupConnectionError(error)) = *answer else {
        return Err(format!("{answer} where {code} was due"));
    };
    ensure!(
        error.error_code.as_utf8_or_hex() == code && error.flags == wrong_flags,
        "{error} where {code} and the flags {wrong_flags:#x} were due"
    );
    ensure!(
        matches!(link.receive(PATIENCE)?, Next::Closed),
        "the connection stays open after {code}"
    );
    Ok(())
}

/// SubmitSharesStandard as the first message of all.
fn set_up_comes_first(options: &Options) -> Outcome<()> {
    let mut link = Link::connect(&options.address, options.key)?;
    let mut frame = vec![0x00, 0x80, 0x1a, 24, 0, 0];
    frame.resize(6 + 24, 1);
    link.send_raw(frame)?;
    ensure!(
        matches!(link.receive(PATIENCE)?, Next::Closed),
        "a share before SetupConnection did not end the connection"
    );
    finding("a share before the set-up closes", &[]);
    Ok(())
}

fn extensions(options: &Options) -> Outcome<()> {
    let mut link = Link::connect(&options.address, options.key)?;
    link.send(client::setup(Protocol::MiningProtocol, (2, 2), 0)?)?;
    link.receive(PATIENCE)?;
    for (asked, granted) in [(vec![1, 2], Some(vec![1, 2])), (vec![0x7777], None)] {
        link.send(AnyMessageOwned::Extensions(
            ExtensionsOwned::ExtensionsNegotiation(ExtensionsNegotiationOwned::RequestExtensions(
                RequestExtensionsOwned {
                    request_id: 9,
                    requested_extensions: asked
                        .clone()
                        .try_into()
                        .map_err(|error| format!("{error:?}"))?,
                },
            )),
        ))?;
        let Next::Message(answer) = link.receive(PATIENCE)? else {
            return Err(format!("no answer to the extensions {asked:?}"));
        };
        let got = match *answer {
            AnyMessageOwned::Extensions(ExtensionsOwned::ExtensionsNegotiation(
                ExtensionsNegotiationOwned::RequestExtensionsSuccess(success),
            )) => Some(success.supported_extensions.as_slice().to_vec()),
            AnyMessageOwned::Extensions(ExtensionsOwned::ExtensionsNegotiation(
                ExtensionsNegotiationOwned::RequestExtensionsError(error),
            )) => {
                let unsupported = error.unsupported_extensions.as_slice().to_vec();
                ensure!(
                    error.request_id == 9 && unsupported == asked,
                    "{error} for the extensions {asked:?}"
                );
                None
            }
            other => return Err(format!("{other} for the extensions {asked:?}")),
        };
        ensure!(
            got == granted,
            "{got:?} granted for the extensions {asked:?}"
        );
    }
    finding("extensions are negotiated", &[]);
    Ok(())
}

fn opens_are_refused(options: &Options) -> Outcome<()> {
    for (flags, kind, rate, limit, size, code) in [
        (
            REQUIRES_STANDARD_JOBS,
            Kind::Extended,
            1.0,
            EASIEST,
            8,
            "extended-channels-not-supported-for-standard-jobs",
        ),
        (
            0,
            Kind::Extended,
            1.0,
            EASIEST,
            33,
            "min-extranonce-size-too-large",
        ),
        (
            0,
            Kind::Standard,
            f32::NAN,
            EASIEST,
            0,
            "invalid-nominal-hashrate",
        ),
        (
            0,
            Kind::Extended,
            -1.0,
            EASIEST,
            8,
            "invalid-nominal-hashrate",
        ),
        (
            0,
            Kind::Standard,
            1.0,
            [0; 32],
            0,
            "max-target-out-of-range",
        ),
    ] {
        let mut client = Client::start(&options.address, options.key, flags)?;
        let answer = client.request_open(kind, &options.user, rate, limit, size)?;
        ensure!(
            answer == Err(code.into()),
            "an open request that deserves {code} was answered by {answer:?}"
        );
        // The refusal harms nothing else; no hashrate at all is legal (a proxy without miners).
        let id = client.request_open(Kind::Standard, &options.user, 0.0, EASIEST, 0)?;
        ensure!(id.is_ok(), "no channel after {code}: {id:?}");
        finding("open refused", &[("code", code)]);
    }
    Ok(())
}

/// With a key that is not the pool's: the certificate has to be refused here.
pub fn wrong_key(options: &Options) -> Outcome<()> {
    match Link::connect(&options.address, options.key) {
        Ok(_) => Err("a pool was trusted that does not have the key".into()),
        Err(error) if error.contains("InvalidCertificate") => {
            finding("the pool is refused", &[]);
            Ok(())
        }
        Err(error) => Err(error),
    }
}

/// Until the pool stops: it has to ask for a reconnection first.
pub fn stay(options: &Options) -> Outcome<()> {
    let mut client = Client::start(&options.address, options.key, 0)?;
    let id = client.open(options.kind, &options.user, EASIEST)?;
    finding("waiting for the end", &[("channel", &id.to_string())]);
    while client.listen(PATIENCE)? {}
    ensure!(
        client.has_reconnect,
        "the connection was closed without Reconnect"
    );
    // What comes late is not the pool's fault.
    let _ = client.send(MiningOwned::CloseChannel(mining_sv2::CloseChannelOwned {
        channel_id: id,
        reason_code: "".try_into().map_err(|error| format!("{error:?}"))?,
    }));
    finding("asked to come back", &[]);
    Ok(())
}

//! `sayso health`: asks the health service, for containers and scripts that have no other way to ask it.

use std::process::ExitCode;
use std::time::Duration;

use tonic::Request;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};

use super::client::{self, Server};
use super::fault::{Fault, Outcome};

/// How long the answer may take. Health does not wait behind other calls, so one that takes longer is itself a fault.
const PATIENCE: Duration = Duration::from_secs(5);

/// Arguments of `sayso health`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Args {
    /// Service to ask about, for example sayso.v1.ArticleService [default: the server as a whole]
    #[arg(long, value_name = "NAME", default_value = "", hide_default_value = true)]
    service: String,
    #[command(flatten)]
    server: Server,
}

const AFTER_HELP: &str = "\
Prints \"serving\" and ends with 0 if the service serves; otherwise says why not and ends with 1. No key is \
needed. sayso.v1.ArticleService does not serve while articles cannot be written; the others read on.";

pub(super) fn run(args: Args) -> Outcome {
    client::block_on(async {
        let mut client = HealthClient::new(args.server.connect().await?);
        let mut request = Request::new(HealthCheckRequest { service: args.service.clone() });
        request.set_timeout(PATIENCE);
        let told = match client.check(request).await {
            Ok(answer) => answer.into_inner().status(),
            Err(status) if status.code() == tonic::Code::NotFound => ServingStatus::ServiceUnknown,
            Err(status) => return Err(status.into()),
        };
        let name = if args.service.is_empty() { "the server" } else { &args.service };
        match told {
            ServingStatus::Serving => anstream::println!("serving"),
            ServingStatus::ServiceUnknown => return Err(Fault::new(format!("{name} is not a service of this server"))),
            _ => return Err(Fault::new(format!("{name} does not serve at present; sayso info says why"))),
        }
        Ok(ExitCode::SUCCESS)
    })
}

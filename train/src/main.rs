//! Fits and evaluates the models of Sayso: `cargo run --release -p sayso-train -- all --data ../shared`.

use std::process::ExitCode;

fn main() -> ExitCode {
    match sayso_train::run(&sayso_train::command().get_matches()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

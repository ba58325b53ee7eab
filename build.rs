//! Compiles `proto/` to Rust in `OUT_DIR`, with the descriptor set that reflection serves. protox
//! parses the files, so no `protoc` is needed.

use std::path::{Path, PathBuf};
use std::{env, error::Error, fs, process::Command};

use prost_types::FileDescriptorSet;

const FILES: [&str; 10] = [
    "sayso/v1/access.proto",
    "sayso/v1/resources.proto",
    "sayso/v1/article_service.proto",
    "sayso/v1/search_service.proto",
    "sayso/v1/entity_service.proto",
    "sayso/v1/quote_service.proto",
    "sayso/v1/analyze_service.proto",
    "sayso/v1/server_service.proto",
    "sayso/v1/snapshot_service.proto",
    // What the details of a status are made of: nothing imports it, but who asks by reflection must find it.
    "google/rpc/error_details.proto",
];

/// Google's own, which ours import: by package, the module that they become.
const COMMON: [(&str, &str); 2] =
    [("google.type", "crate::proto::google_type"), ("google.rpc", "crate::proto::google_rpc")];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=proto");
    tell_commit();
    let mut compiler = protox::Compiler::new(["proto"])?;
    compiler.include_imports(true).include_source_info(true).open_files(FILES)?;
    let descriptors = compiler.file_descriptor_set();
    let out = PathBuf::from(env::var("OUT_DIR")?);
    // Unlike the messages of prost, these bytes keep our own options of methods.
    fs::write(out.join("sayso.bin"), compiler.encode_file_descriptor_set())?;
    let builder = tonic_prost_build::configure;
    // Maps in order, so that the same answer is the same bytes.
    let ours = COMMON.iter().fold(builder().btree_map("."), |builder, (package, module)| {
        builder.extern_path(format!(".{package}"), *module)
    });
    ours.compile_fds(descriptors.clone())?;
    let common = descriptors.file.into_iter().filter(|file| file.package().starts_with("google."));
    builder().compile_fds(FileDescriptorSet { file: common.collect() })?;
    Ok(())
}

/// Tells `--version` the commit that a release is built from: the one that the builder names in `SAYSO_COMMIT`, or that of
/// the checkout. Other builds do not tell it, as they would have to be made anew after every commit.
fn tell_commit() {
    println!("cargo::rerun-if-env-changed=SAYSO_COMMIT");
    if env::var_os("SAYSO_COMMIT").is_some() || env::var("PROFILE").as_deref() != Ok("release") {
        return;
    }
    let git = |arguments: &[&str]| {
        let output = Command::new("git").arg("rev-parse").args(arguments).output().ok()?;
        let said = String::from_utf8(output.stdout).ok().filter(|_| output.status.success())?;
        Some(said.trim().to_owned())
    };
    // Sources that lie in another project's checkout are not of its commit.
    let own = git(&["--show-toplevel"]).is_some_and(|top| env::var("CARGO_MANIFEST_DIR").is_ok_and(|here| here == top));
    if let (true, Some(commit), Some(moves)) = (own, git(&["--short=12", "HEAD"]), git(&["--git-path", "logs/HEAD"])) {
        println!("cargo::rustc-env=SAYSO_COMMIT={commit}");
        if Path::new(&moves).exists() {
            println!("cargo::rerun-if-changed={moves}");
        }
    }
}

//! Compiles `proto/` to Rust in `OUT_DIR`, with the descriptor set that reflection serves. protox
//! parses the files, so no `protoc` is needed.

use std::{env, error::Error, fs, path::PathBuf};

const FILES: [&str; 7] = [
    "sayso/v1/resources.proto",
    "sayso/v1/article_service.proto",
    "sayso/v1/search_service.proto",
    "sayso/v1/entity_service.proto",
    "sayso/v1/quote_service.proto",
    "sayso/v1/analyze_service.proto",
    "sayso/v1/server_service.proto",
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=proto");
    let descriptors = protox::Compiler::new(["proto"])?
        .include_imports(true)
        .include_source_info(true)
        .open_files(FILES)?
        .file_descriptor_set();
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("sayso.bin"), prost::Message::encode_to_vec(&descriptors))?;
    tonic_prost_build::configure().compile_fds(descriptors)?;
    Ok(())
}

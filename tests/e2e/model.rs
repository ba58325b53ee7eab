//! `--model`: models of a folder in place of the compiled-in ones.

use std::{fs, path::Path, process::Command};

use sayso::proto::{
    AnalysisMode, AnalysisTier, AnalyzeRequest, Annotations, GetServerInfoRequest, Quote,
    analyze_service_client::AnalyzeServiceClient, server_service_client::ServerServiceClient,
};

use crate::support::{STORY, Server};

/// Copies the models that come with the program; returns the name of one of them.
fn copy_models(folder: &Path) -> String {
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("extract/models");
    let mut last = String::new();
    for entry in fs::read_dir(models).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|end| end == "bin") {
            last = path.file_name().unwrap().to_string_lossy().into_owned();
            fs::copy(&path, folder.join(&last)).unwrap();
        }
    }
    last
}

/// The model of the tier that texts are read on here.
async fn model_of(server: &Server) -> String {
    let mut client = ServerServiceClient::new(server.channel().await);
    let models = client.get_server_info(GetServerInfoRequest::default()).await.unwrap().into_inner().models;
    models.into_iter().find(|model| model.tier() == AnalysisTier::Fast).unwrap().id
}

#[tokio::test]
async fn a_copy_of_the_models_finds_the_same_under_another_version() {
    let folder = tempfile::tempdir().unwrap();
    copy_models(folder.path());
    let (plain, other) = (Server::start(), Server::start_with(&["--model", folder.path().to_str().unwrap()]));
    let (was, is) = (model_of(&plain).await, model_of(&other).await);
    assert!(is.strip_prefix(&format!("{was}+")).is_some_and(|sum| sum.len() == 8), "{was} and {is}");
    let mut found = Vec::new();
    for server in [&plain, &other] {
        let mut client = AnalyzeServiceClient::new(server.channel().await);
        let analysis_mode = AnalysisMode::Fast.into();
        let request = AnalyzeRequest { text: STORY.into(), analysis_mode, ..AnalyzeRequest::default() };
        found.push(client.analyze(request).await.unwrap().into_inner().annotations.unwrap());
    }
    assert_eq!((found[0].model.as_str(), found[1].model.as_str()), (was.as_str(), is.as_str()));
    let bare = |found: &Annotations| -> Vec<Quote> {
        found.quotes.iter().map(|quote| Quote { model: String::new(), ..quote.clone() }).collect()
    };
    assert_eq!((&found[0].entities, bare(&found[0])), (&found[1].entities, bare(&found[1])));
}

#[test]
fn a_damaged_model_is_refused_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let name = copy_models(folder.path());
    let path = folder.path().join(&name);
    let mut bytes = fs::read(&path).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 0x55;
    fs::write(&path, bytes).unwrap();
    let data = tempfile::tempdir().unwrap();
    for command in ["serve", "analyze"] {
        let mut sayso = Command::new(env!("CARGO_BIN_EXE_sayso"));
        sayso.arg(command).arg("--model").arg(folder.path());
        if command == "serve" {
            sayso.args(["--listen", "127.0.0.1:0", "--data-dir"]).arg(data.path());
        }
        let ended = sayso.stdin(std::process::Stdio::null()).output().unwrap();
        let said = String::from_utf8_lossy(&ended.stderr);
        assert!(!ended.status.success() && said.contains(&name) && said.contains("damaged"), "{said}");
    }
}

//! A data directory in trouble, and `sayso check`.
#![cfg(unix)]

use std::{
    fs,
    os::unix::{
        fs::{MetadataExt, PermissionsExt, chown},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::{Command, Output},
    time::Duration,
};

use sayso::proto::{DeleteArticleRequest, GetArticleRequest, PutArticleRequest};
use tonic::{Code, Request};

use crate::support::{STORY, Server, article, reason};

/// Runs the program on a data directory.
fn sayso(command: &str, data: &Path) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_sayso"));
    let listen = if command == "serve" { ["--listen", "127.0.0.1:0"].as_slice() } else { &[] };
    program.arg(command).args(listen).arg("--data-dir").arg(data).output().unwrap()
}

/// The code with which the check ends, and what it says.
fn check(data: &Path) -> (Option<i32>, String) {
    let output = sayso("check", data);
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(said).unwrap())
}

fn stop(server: &mut Server) {
    server.process().kill().unwrap();
    server.process().wait().unwrap();
}

/// The files of an index with this ending.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    paths.filter(|path| path.extension().is_some_and(|found| found == ending)).collect()
}

#[tokio::test]
async fn the_check_tells_what_is_wrong_and_what_to_do() {
    let mut server = Server::start_with(&["--analysis", "fast"]);
    server.put(article("a", STORY)).await;
    server.put(article("b", "The quay is closed.")).await;
    let data = server.data_dir();
    let (code, said) = check(&data);
    assert!(code == Some(1) && said.contains("open in another process"), "{said}");
    stop(&mut server);
    let (code, said) = check(&data);
    assert!(code == Some(0) && said.starts_with("articles   2\n") && said.ends_with("all is well\n"), "{said}");

    let index = data.join("quotes");
    let file = files(&index, "term").remove(0);
    let mut bytes = fs::read(&file).unwrap();
    bytes[20] ^= 1;
    fs::write(&file, bytes).unwrap();
    fs::remove_dir_all(data.join("entities")).unwrap();
    let (code, said) = check(&data);
    assert_eq!(code, Some(1), "{said}");
    let name = file.file_name().unwrap().to_string_lossy().into_owned();
    assert!(
        said.contains(&format!("the index of quotes: its file {name} is damaged\n  to do: the next start")),
        "{said}"
    );
    assert!(said.contains("the index of entities: it is missing\n"), "{said}");
    server.kill_and_restart();
    stop(&mut server);
    assert_eq!(check(&data).0, Some(0), "the start has mended it");

    let store = data.join("articles.redb");
    let whole = fs::read(&store).unwrap();
    let at = whole.windows(20).rposition(|bytes| bytes == &STORY.as_bytes()[..20]).unwrap();
    let mut bytes = whole.clone();
    bytes[at] ^= 1;
    fs::write(&store, bytes).unwrap();
    let (code, said) = check(&data);
    assert!(code == Some(1) && said.contains("the store of articles cannot be read"), "{said}");
    assert!(said.contains("to do: copy the data directory, then start the server"), "{said}");
    fs::remove_file(&store).unwrap();
    let (code, said) = check(&data);
    assert!(code == Some(1) && said.contains("is missing or empty"), "{said}");
    let (code, said) = check(&data.join("nowhere"));
    assert!(code == Some(1) && said.contains("nowhere"), "{said}");
}

#[tokio::test]
async fn what_is_no_file_holds_up_no_start() {
    let mut server = Server::start_with(&["--analysis", "fast"]);
    server.put(article("a", STORY)).await;
    stop(&mut server);
    let data = server.data_dir();
    // Whoever opens a pipe waits for somebody at its other end.
    for name in ["meta.json", ".managed.json", ".tantivy-writer.lock"] {
        let pipe = data.join("sentences").join(name);
        fs::remove_file(&pipe).unwrap();
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let (code, said) = check(&data);
        assert!(code == Some(1) && said.contains(&format!("its {name} is not a file")), "{said}");
        server.kill_and_restart();
        assert_eq!(server.ids().await, ["a"], "{name}");
        stop(&mut server);
    }
    let (store, aside) = (data.join("articles.redb"), data.join("aside"));
    fs::rename(&store, &aside).unwrap();
    let refused = |what: &str| {
        for command in ["serve", "check"] {
            let output = sayso(command, &data);
            let said = String::from_utf8(output.stderr).unwrap();
            let named = said.contains(&format!("{} is not a file", store.display()));
            assert!(output.status.code() == Some(1) && named, "{what}, {command}: {said}");
        }
    };
    fs::create_dir(&store).unwrap();
    refused("a folder");
    fs::remove_dir(&store).unwrap();
    assert!(Command::new("mkfifo").arg(&store).status().unwrap().success());
    refused("a pipe");
    fs::remove_file(&store).unwrap();
    fs::rename(aside, store).unwrap();
    let pipe = data.with_extension("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let (pipe, with_key) = (pipe.to_str().unwrap(), data.join("articles.redb"));
    let with_key = ["--tls-cert", pipe, "--tls-key", with_key.to_str().unwrap()];
    let with_issuer = ["--jwt-keys", pipe, "--jwt-issuer", "desk", "--jwt-audience", "sayso"];
    for settings in [&["--synonyms", pipe][..], &with_issuer, &with_key] {
        let mut program = Command::new(env!("CARGO_BIN_EXE_sayso"));
        program.args(["serve", "--listen", "127.0.0.1:0", "--data-dir"]).arg(&data).args(settings);
        let output = program.output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && said.contains(pipe) && said.contains("not a file"), "{settings:?}: {said}");
    }
    server.kill_and_restart();
    assert_eq!(server.ids().await, ["a"]);
}

#[tokio::test]
async fn a_directory_that_vanishes_takes_nothing_in_until_it_is_back() {
    let server = Server::start_with(&["--analysis", "fast"]);
    server.put(article("a", STORY)).await;
    let (data, aside) = (server.data_dir(), server.data_dir().with_extension("aside"));
    fs::rename(&data, &aside).unwrap();
    let refused = server.try_put(article("b", STORY)).await.unwrap_err();
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::Unavailable, "STORAGE_UNAVAILABLE"), "{refused}");
    let delete = DeleteArticleRequest { id: "a".into(), ..Default::default() };
    assert_eq!(server.articles().await.delete_article(delete).await.unwrap_err().code(), Code::Unavailable);
    assert_eq!(server.ids().await, ["a"], "reads go on");
    fs::rename(&aside, &data).unwrap();
    server.put(article("b", STORY)).await;
    assert_eq!(server.ids().await, ["a", "b"]);
}

#[tokio::test]
async fn a_process_that_is_halted_keeps_its_directory_and_goes_on_where_it_was() {
    let mut server = Server::start_with(&["--analysis", "fast"]);
    server.put(article("a", STORY)).await;
    let signal = |server: &mut Server, signal: &str| {
        let process = server.process().id().to_string();
        assert!(Command::new("kill").args([signal, &process]).status().unwrap().success());
    };
    let mut client = server.articles().await;
    signal(&mut server, "-STOP");
    let mut request = Request::new(PutArticleRequest { article: Some(article("b", STORY)), ..Default::default() });
    request.set_timeout(Duration::from_millis(200));
    assert!(client.put_article(request).await.is_err(), "nobody answers");
    for command in ["serve", "check"] {
        let output = sayso(command, &server.data_dir());
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(1) && said.contains("in another process"), "{command}: {said}");
    }
    signal(&mut server, "-CONT");
    server.put(article("c", STORY)).await;
    let got = server.articles().await.get_article(GetArticleRequest { id: "a".into(), ..Default::default() }).await;
    assert!(got.is_ok());
    stop(&mut server);
    let (code, said) = check(&server.data_dir());
    assert_eq!(code, Some(0), "{said}");
}

/// Starts a server on a data directory as a user that is not root, whom permissions do not bind. Root lends data and
/// program to that user.
fn serve_as_plain_user(data: &Path, flags: &[&str]) -> Output {
    const NOBODY: u32 = 65534;
    let (folder, mut program) = (data.parent().unwrap(), PathBuf::from(env!("CARGO_BIN_EXE_sayso")));
    let is_root = fs::metadata(folder).unwrap().uid() == 0;
    if is_root {
        let near = folder.join("sayso");
        if !near.exists() {
            fs::hard_link(&program, &near).or_else(|_| fs::copy(&program, &near).map(|_| ())).unwrap();
        }
        program = near;
        fs::set_permissions(folder, fs::Permissions::from_mode(0o711)).unwrap();
        lend(data, NOBODY);
    }
    let mut serve = Command::new(program);
    serve.args(["serve", "--listen", "127.0.0.1:0", "--data-dir"]).arg(data).args(flags);
    if is_root {
        serve.uid(NOBODY).gid(NOBODY);
    }
    serve.output().unwrap()
}

fn lend(path: &Path, user: u32) {
    chown(path, Some(user), Some(user)).unwrap();
    if path.is_dir() {
        fs::read_dir(path).unwrap().for_each(|entry| lend(&entry.unwrap().path(), user));
    }
}

#[tokio::test]
async fn what_may_not_be_opened_is_named_with_what_to_do() {
    let mut server = Server::start_with(&["--analysis", "fast"]);
    server.put(article("a", STORY)).await;
    stop(&mut server);
    let data = server.data_dir();
    let (store, keys) = (data.join("articles.redb"), data.join("keys.json"));
    fs::write(&keys, "{\"keys\": []}").unwrap();
    for (place, mode) in [(&store, 0), (&store, 0o400), (&data.join("quotes"), 0), (&keys, 0), (&data, 0)] {
        let before = fs::metadata(place).unwrap().permissions();
        fs::set_permissions(place, fs::Permissions::from_mode(mode)).unwrap();
        let output = serve_as_plain_user(&data, &[]);
        fs::set_permissions(place, before).unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        let told = said.contains(&format!("{}: ", place.display())) || said.contains(&format!("{} ", place.display()));
        let told = told && said.contains("chown");
        assert!(output.status.code() == Some(1) && told, "{} {mode:o}: {said}", place.display());
    }
}

#[tokio::test]
async fn files_of_settings_that_may_not_be_opened_are_named_with_their_setting() {
    let folder = tempfile::tempdir().unwrap();
    let (data, secret) = (folder.path().join("data"), folder.path().join("secret"));
    fs::create_dir(&data).unwrap();
    fs::create_dir_all(secret.join("snapshots")).unwrap();
    for name in ["cert.pem", "sayso.toml"] {
        fs::write(secret.join(name), "").unwrap();
        fs::set_permissions(secret.join(name), fs::Permissions::from_mode(0)).unwrap();
    }
    fs::set_permissions(secret.join("snapshots"), fs::Permissions::from_mode(0)).unwrap();
    let named = |name: &str| secret.join(name).display().to_string();
    let (cert, config, snapshots) = (named("cert.pem"), named("sayso.toml"), named("snapshots/of/news"));
    for (flags, setting) in [
        (["--tls-cert", cert.as_str(), "--tls-key", cert.as_str()].as_slice(), "tls_cert: "),
        (&["--config", &config], "sayso.toml: "),
        (&["--snapshots", &snapshots], "snapshots in "),
    ] {
        let output = serve_as_plain_user(&data, flags);
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code().is_some_and(|code| code > 0), "{said}");
        assert!(said.contains(setting) && said.contains("chown"), "{flags:?}: {said}");
    }
    let output = serve_as_plain_user(&data, &["--config", data.to_str().unwrap()]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("is not a file"), "{output:?}");
}

#[tokio::test]
async fn files_that_may_not_grow_are_told_like_a_full_disk() {
    let data = tempfile::tempdir().unwrap();
    let mut shell = Command::new("sh");
    shell.args(["-c", "ulimit -f 100 && exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_sayso"), "serve"]);
    let output = shell.args(["--listen", "127.0.0.1:0", "--data-dir"]).arg(data.path().join("data")).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(1) && said.contains("ulimit -f"), "{:?} {said}", output.status);

    // In blocks of 512 bytes: the store may not grow by as much as must be left.
    let server = Server::start_limited("-f 200000", &["--analysis", "fast"]);
    let refused = server.try_put(article("a", STORY)).await.unwrap_err();
    assert!(refused.code() == Code::Unavailable && refused.message().contains("ulimit -f"), "{refused}");
    assert!(server.info().await.faults.iter().any(|fault| fault.message.contains("ulimit -f")));
    assert!(server.ids().await.is_empty(), "reads go on");
}

//! What an operator meets: the settings around the server, its log, its files.
#![cfg(unix)]

use std::{
    fs,
    io::{BufRead, BufReader},
    net::TcpListener,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use tempfile::TempDir;

/// What a server wrote from its start to its end, and its data directory.
struct Run {
    log: String,
    data: PathBuf,
    _folder: TempDir,
}

/// Starts a server in this environment, with these flags, and stops it again.
fn run(variables: &[(&str, &str)], flags: &[&str], prepare: impl Fn(&Path)) -> Run {
    let folder = tempfile::tempdir().unwrap();
    let (data, log) = (folder.path().join("data"), folder.path().join("log"));
    prepare(&data);
    let mut child = Command::new(env!("CARGO_BIN_EXE_sayso"))
        .args(["serve", "--analysis", "fast", "--data-dir"])
        .arg(&data)
        .args(flags)
        .env_remove("SAYSO_LOG")
        .env("SAYSO_LOG_FORMAT", "text")
        .envs(variables.iter().copied())
        .stdout(Stdio::piped())
        .stderr(fs::File::create(&log).unwrap())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let listens = lines.any(|line| line.starts_with("sayso listens on "));
    // One that did not start has ended.
    let _ = Command::new("kill").args(["-TERM", &child.id().to_string()]).status();
    let ended = child.wait().unwrap();
    let log = fs::read_to_string(log).unwrap();
    assert_eq!(listens, ended.success(), "{log}");
    Run { log, data, _folder: folder }
}

const ANY_PORT: [&str; 2] = ["--listen", "127.0.0.1:0"];

#[test]
fn variables_of_others_are_left_alone_and_misspelt_ones_told() {
    let kubernetes = [
        ("SAYSO_PORT", "tcp://10.0.0.1:50051"),
        ("SAYSO_SERVICE_HOST", "10.0.0.1"),
        ("SAYSO_SERVICE_PORT", "50051"),
        ("SAYSO_PORT_50051_TCP_ADDR", "10.0.0.1"),
        ("SAYSO_MAX_BODDY", "1MiB"),
    ];
    let log = run(&kubernetes, &ANY_PORT, |_| {}).log;
    let warnings: Vec<_> = log.lines().filter(|line| line.contains("WARN")).collect();
    assert_eq!(warnings.len(), 1, "{log}");
    assert!(warnings[0].contains("SAYSO_MAX_BODDY") && warnings[0].contains("did you mean SAYSO_MAX_BODY?"), "{log}");
}

#[test]
fn the_log_tells_start_and_stop_in_plain_lines() {
    let Run { log, data, .. } = run(&[], &ANY_PORT, |_| {});
    let started = log.lines().find(|line| line.contains(" started ")).unwrap_or_else(|| panic!("no start in {log}"));
    let directory = data.display().to_string();
    for part in [env!("CARGO_PKG_VERSION"), &directory, "127.0.0.1:", "analysis=fast", "articles=0"] {
        assert!(started.contains(part), "{started} lacks {part}");
    }
    assert!(log.contains("stopping open_calls=0") && log.trim_end().ends_with(" stopped"), "{log}");
    assert!(!log.contains('\u{1b}'), "no colours where nobody looks: {log:?}");
}

#[test]
fn whoever_opens_it_to_others_is_warned() {
    let log = run(&[], &["--listen", "0.0.0.0:0", "--insecure-public"], |_| {}).log;
    assert!(log.contains("WARN") && log.contains("calls need no key"), "{log}");
    let keys = |data: &Path| {
        fs::create_dir(data).unwrap();
        fs::set_permissions(data, fs::Permissions::from_mode(0o700)).unwrap();
        fs::write(data.join("keys.json"), "{\"keys\": []}").unwrap();
    };
    let log = run(&[], &["--listen", "0.0.0.0:0"], keys).log;
    assert!(log.contains("WARN") && log.contains("not encrypted"), "{log}");
    let log = run(&[], &["--listen", "localhost:0"], |_| {}).log;
    assert!(!log.contains("WARN"), "{log}");
}

#[test]
fn a_port_that_is_taken_leaves_no_data_directory_behind() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let Run { log, data, .. } = run(&[], &["--listen", &address], |_| {});
    let free = "take a free port with --listen 127.0.0.1:0";
    assert!(log.contains(&format!("cannot listen on {address}")) && log.contains(free), "{log}");
    assert!(!data.exists());
}

#[test]
fn a_data_directory_that_cannot_be_made_is_named_once() {
    let Run { log, data, .. } = run(&[], &ANY_PORT, |data| fs::write(data, "in the way").unwrap());
    let said = log.lines().find(|line| line.starts_with("sayso: ")).unwrap();
    assert!(said.starts_with("sayso: cannot open ") && said.contains("is not a folder: move it away"), "{said}");
    assert_eq!(said.matches(data.to_str().unwrap()).count(), 1, "{said}");
}

#[test]
fn a_misspelt_level_of_the_log_is_refused_with_all_other_faults() {
    let Run { log, data, .. } = run(&[("SAYSO_LOG", "inof"), ("SAYSO_ANALYSIS_THREADS", "0")], &ANY_PORT, |_| {});
    assert!(log.contains("SAYSO_LOG: \"inof\" is not a level") && log.contains("did you mean info?"), "{log}");
    assert!(log.contains("analysis_threads"), "{log}");
    assert!(!data.exists());
}

#[test]
fn the_log_tells_as_much_as_it_is_asked_to() {
    assert!(!run(&[("SAYSO_LOG", "warn")], &ANY_PORT, |_| {}).log.contains(" started "));
    assert!(run(&[("SAYSO_LOG", "tantivy=warn")], &ANY_PORT, |_| {}).log.contains(" started "));
    assert!(run(&[("SAYSO_LOG", "debug,tantivy=info")], &ANY_PORT, |_| {}).log.contains(" started "));
}

#[test]
fn what_it_writes_is_for_its_user_alone() {
    fn check(path: &Path) {
        let mode = fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{} is {mode:o}", path.display());
        if path.is_dir() {
            fs::read_dir(path).unwrap().for_each(|entry| check(&entry.unwrap().path()));
        }
    }
    let run = run(&[], &ANY_PORT, |_| {});
    check(&run.data);
    assert!(!run.log.contains("WARN"), "{}", run.log);
}

#[test]
fn a_data_directory_that_others_may_open_is_told_and_left_as_it_is() {
    let open = |data: &Path| {
        fs::create_dir(data).unwrap();
        fs::set_permissions(data, fs::Permissions::from_mode(0o755)).unwrap();
    };
    let run = run(&[], &ANY_PORT, open);
    assert!(run.log.contains("mode 755"), "{}", run.log);
    assert_eq!(fs::metadata(&run.data).unwrap().permissions().mode() & 0o777, 0o755);
}

#[test]
fn settings_are_checked_and_shown_with_where_they_are_written() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sayso.toml");
    fs::write(&file, "analysis = \"fast\"\nlisen = \"a\"\n\nmax_body = true\nmax_reply = \"1 nibble\"\n").unwrap();
    let config = |action: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sayso"));
        command.args(["config", action, "--max-page-size", "50", "--config"]).arg(&file);
        let output = command.env("SAYSO_SEARCH_TIMEOUT", "3s").output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.code(), text(output.stdout), text(output.stderr))
    };
    let (code, _, told) = config("check");
    assert!(code == Some(2) && told.contains("lisen: there is no such setting; did you mean listen?"), "{told}");
    assert!(told.contains("sayso.toml, line 2") && told.contains("max_body: ") && told.contains("line 4"), "{told}");
    assert!(told.contains("max_reply: ") && told.contains("line 5"), "{told}");
    fs::write(&file, "analysis = \"fast\"\nmax_reply = \"1 nibble\"\n").unwrap();
    let (code, _, told) = config("check");
    assert!(code == Some(2) && told.contains("max_reply: ") && told.contains("sayso.toml, line 2"), "{told}");
    fs::write(&file, "analysis = \"fast\n").unwrap();
    let (_, _, told) = config("check");
    assert!(told.contains("sayso.toml, line 1: this is not TOML"), "{told}");
    fs::write(&file, "analysis = \"fast\"\nlisten = \"0.0.0.0:0\"\nsynonyms = \"gone.txt\"\n").unwrap();
    let (code, _, told) = config("check");
    assert!(code == Some(2) && told.contains("--insecure-public") && told.contains("gone.txt"), "{told}");
    fs::write(&file, "analysis = \"fast\"\n").unwrap();
    assert_eq!(config("check").0, Some(0));
    let (_, shown, _) = config("show");
    for part in [
        "analysis = \"fast\"   # ",
        "sayso.toml, line 1",
        "\"3s\"   # SAYSO_SEARCH_TIMEOUT",
        "= 50   # flag",
        "# default",
    ] {
        assert!(shown.contains(part), "{shown} lacks {part}");
    }
}

/// What a server says that does not start on the default file of keys in this state.
fn refuses_without_keys(flags: &[&str], prepare: impl Fn(&Path)) -> String {
    let prepare = |data: &Path| {
        fs::create_dir_all(data).unwrap();
        prepare(data);
    };
    let log = run(&[], &[&ANY_PORT, flags].concat(), prepare).log;
    assert!(log.contains("keys.json") && log.contains("sayso keys create"), "{log}");
    log
}

#[test]
fn keys_that_are_gone_let_nobody_in() {
    let lost = refuses_without_keys(&[], |data| fs::write(data.join("keys.json.lock"), "").unwrap());
    assert!(lost.contains("is gone, but there were keys") && lost.contains("delete"), "{lost}");
    let dangling = refuses_without_keys(&[], |data| {
        std::os::unix::fs::symlink("elsewhere/keys.json", data.join("keys.json")).unwrap();
    });
    assert!(dangling.contains("is a link to a file that is not there"), "{dangling}");
    let named = refuses_without_keys(&["--keys", "nowhere/keys.json"], |_| {});
    assert!(named.contains("there is no such file"), "{named}");
}

#[test]
fn keys_that_were_made_elsewhere_are_missed_when_they_are_gone() {
    let keys = |data: &Path| {
        fs::create_dir_all(data).unwrap();
        fs::write(data.join("keys.json"), "{\"keys\": []}").unwrap();
    };
    let run = run(&[], &ANY_PORT, keys);
    assert!(run.data.join("keys.json.lock").exists(), "{}", run.log);
}

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::Path;
use std::thread::{self, JoinHandle};

use super::digest::sha256;
use super::fetch::{Origin, fetch};
use super::manifest::{Dataset, Manifest};
use crate::error::XtaskError;
use crate::paths;

const BODY: &[u8] = b"id,amount\n1,2\n";

fn digest_of(bytes: &[u8]) -> String {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x");
    fs::write(&path, bytes).unwrap();
    sha256(&path).unwrap()
}

fn dataset(url: Option<String>) -> Dataset {
    Dataset {
        name: "tiny".to_owned(),
        file: "tiny.csv".to_owned(),
        url,
        homepage: "https://example.org/tiny".to_owned(),
        sha256: digest_of(BODY),
        bytes: BODY.len() as u64,
        licence: "CC0".to_owned(),
        citation: String::new(),
        description: String::new(),
    }
}

/// Answers one request with `answer`, and returns the request's head.
fn serve(answer: Vec<u8>) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/tiny.csv", listener.local_addr().unwrap());
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let head: Vec<String> =
            BufReader::new(&stream).lines().map(|line| line.unwrap()).take_while(|line| !line.is_empty()).collect();
        stream.write_all(&answer).unwrap();
        head.join("\n").to_lowercase()
    });
    (url, server)
}

fn answer(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n{headers}\r\n", body.len());
    [head.as_bytes(), body].concat()
}

fn cached(cache: &Path) -> Vec<u8> {
    fs::read(cache.join("tiny.csv")).unwrap()
}

#[test]
fn the_manifest_names_files_once_and_digests_in_full() {
    let manifest = Manifest::read(&paths::manifest()).unwrap();
    for (i, dataset) in manifest.datasets.iter().enumerate() {
        assert_eq!(dataset.sha256.len(), 64, "{}", dataset.name);
        assert!(dataset.sha256.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')), "{}", dataset.name);
        assert!(dataset.bytes > 0 && !dataset.licence.is_empty() && !dataset.citation.is_empty(), "{}", dataset.name);
        assert!(!dataset.file.contains(['/', '\\']), "{}", dataset.name);
        assert!(dataset.url.as_deref().is_none_or(|url| url.starts_with("https://")), "{}", dataset.name);
        let earlier = &manifest.datasets[..i];
        assert!(earlier.iter().all(|other| other.name != dataset.name && other.file != dataset.file));
    }
    let error = manifest.find("no-such").unwrap_err();
    assert!(error.hint().unwrap().contains(&manifest.datasets[0].name));
}

#[test]
fn the_mirrored_files_are_those_of_the_manifest() {
    let dir = std::env::var_os("SEGCTL_DATA_DIR").map_or_else(|| paths::root().join("../shared/data"), Into::into);
    for dataset in Manifest::read(&paths::manifest()).unwrap().datasets {
        let path = dir.join(&dataset.file);
        if !path.exists() {
            println!("skipped: no {}", dataset.file);
            continue;
        }
        assert_eq!(fs::metadata(&path).unwrap().len(), dataset.bytes, "{}", dataset.name);
        assert_eq!(sha256(&path).unwrap(), dataset.sha256, "{}", dataset.name);
    }
}

#[test]
fn a_whole_file_comes_over_http_and_stays_cached() {
    let cache = tempfile::tempdir().unwrap();
    let (url, server) = serve(answer("200 OK", "", BODY));
    let dataset = dataset(Some(url.clone()));
    assert_eq!(fetch(&dataset, cache.path(), None).unwrap(), Origin::Url(url));
    assert!(!server.join().unwrap().contains("range:"));
    assert_eq!(cached(cache.path()), BODY);
    assert_eq!(fetch(&dataset, cache.path(), None).unwrap(), Origin::Cache);
}

#[test]
fn a_broken_transfer_is_resumed() {
    let cache = tempfile::tempdir().unwrap();
    fs::write(cache.path().join("tiny.csv.part"), &BODY[..5]).unwrap();
    let (url, server) = serve(answer("206 Partial Content", "Content-Range: bytes 5-13/14\r\n", &BODY[5..]));
    fetch(&dataset(Some(url)), cache.path(), None).unwrap();
    assert!(server.join().unwrap().contains("range: bytes=5-"));
    assert_eq!(cached(cache.path()), BODY);
    assert!(!cache.path().join("tiny.csv.part").exists());
}

#[test]
fn a_server_without_ranges_makes_it_start_over() {
    let cache = tempfile::tempdir().unwrap();
    fs::write(cache.path().join("tiny.csv.part"), b"other").unwrap();
    let (url, server) = serve(answer("200 OK", "", BODY));
    fetch(&dataset(Some(url)), cache.path(), None).unwrap();
    server.join().unwrap();
    assert_eq!(cached(cache.path()), BODY);
}

#[test]
fn a_complete_part_is_not_asked_for_again() {
    let cache = tempfile::tempdir().unwrap();
    fs::write(cache.path().join("tiny.csv.part"), BODY).unwrap();
    fetch(&dataset(Some("http://127.0.0.1:9/nobody-listens".to_owned())), cache.path(), None).unwrap();
    assert_eq!(cached(cache.path()), BODY);
}

#[test]
fn a_short_transfer_keeps_its_part() {
    let cache = tempfile::tempdir().unwrap();
    let (url, server) = serve(answer("200 OK", "", &BODY[..6]));
    let error = fetch(&dataset(Some(url)), cache.path(), None).unwrap_err();
    server.join().unwrap();
    assert!(matches!(error, XtaskError::Short { found: 6, expected: 14, .. }), "{error}");
    assert_eq!(fs::read(cache.path().join("tiny.csv.part")).unwrap(), &BODY[..6]);
}

#[test]
fn a_connection_that_breaks_keeps_what_came() {
    let cache = tempfile::tempdir().unwrap();
    let whole = answer("200 OK", "", BODY);
    let (url, server) = serve(whole[..whole.len() - 4].to_vec());
    let error = fetch(&dataset(Some(url)), cache.path(), None).unwrap_err();
    server.join().unwrap();
    assert!(matches!(error, XtaskError::Transfer { .. }), "{error}");
    assert_eq!(fs::read(cache.path().join("tiny.csv.part")).unwrap(), &BODY[..BODY.len() - 4]);
    assert!(error.hint().unwrap().contains("resumes"));
}

#[test]
fn a_damaged_mirror_file_is_named_and_left_alone() {
    let (cache, mirror) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let file = mirror.path().join("tiny.csv");
    fs::write(&file, &BODY[..3]).unwrap();
    let error = fetch(&dataset(None), cache.path(), Some(mirror.path())).unwrap_err();
    assert!(error.to_string().starts_with(&file.display().to_string()), "{error}");
    assert!(file.exists() && fs::read_dir(cache.path()).unwrap().count() == 0);
}

#[test]
fn a_wrong_digest_removes_the_file_and_shows_both() {
    let cache = tempfile::tempdir().unwrap();
    let (url, server) = serve(answer("200 OK", "", b"id,amount\n1,3\n"));
    let error = fetch(&dataset(Some(url)), cache.path(), None).unwrap_err();
    server.join().unwrap();
    assert!(
        error.to_string().contains(&digest_of(BODY)) && error.to_string().contains(&digest_of(b"id,amount\n1,3\n"))
    );
    assert_eq!(fs::read_dir(cache.path()).unwrap().count(), 0);
}

#[test]
fn errors_of_the_server_and_of_the_network_name_the_mirror_file() {
    let cache = tempfile::tempdir().unwrap();
    let (url, server) = serve(answer("404 Not Found", "", b""));
    let gone = fetch(&dataset(Some(url)), cache.path(), None).unwrap_err();
    server.join().unwrap();
    assert!(matches!(gone, XtaskError::Status { status: 404, .. }), "{gone}");
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let offline = fetch(&dataset(Some(format!("http://{closed}/"))), cache.path(), None).unwrap_err();
    assert!(matches!(offline, XtaskError::Http { .. }), "{offline}");
    for error in [gone, offline] {
        assert!(error.hint().unwrap().contains("DIR/tiny.csv"));
    }
}

#[test]
fn the_mirror_comes_before_the_url() {
    let (cache, mirror) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let file = mirror.path().join("tiny.csv");
    fs::write(&file, BODY).unwrap();
    let dataset = dataset(Some("http://127.0.0.1:9/nobody-listens".to_owned()));
    assert_eq!(fetch(&dataset, cache.path(), Some(mirror.path())).unwrap(), Origin::Mirror(file));
    assert_eq!(cached(cache.path()), BODY);
}

#[test]
fn a_file_url_is_a_copy() {
    let (cache, origin) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    fs::write(origin.path().join("elsewhere.csv"), BODY).unwrap();
    let url = format!("file://{}/elsewhere.csv", origin.path().display());
    fetch(&dataset(Some(url)), cache.path(), None).unwrap();
    assert_eq!(cached(cache.path()), BODY);
}

#[test]
fn without_url_and_mirror_the_hint_says_where_to_get_it() {
    let cache = tempfile::tempdir().unwrap();
    let error = fetch(&dataset(None), cache.path(), Some(cache.path())).unwrap_err();
    let hint = error.hint().unwrap();
    assert!(hint.contains("https://example.org/tiny") && hint.contains("tiny.csv"), "{hint}");
}

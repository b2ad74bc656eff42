use segctl_io::{Encoding, IoError, ReadOptions};

use crate::support::{Files, cells, read_bytes, read_with};

fn utf_16(text: &str, big: bool) -> Vec<u8> {
    let unit = |unit: u16| if big { unit.to_be_bytes() } else { unit.to_le_bytes() };
    std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(unit).collect()
}

#[test]
fn byte_order_marks_tell_the_encoding() {
    let text = "名,B\nä,1\n€,2\n";
    for bytes in [[b"\xef\xbb\xbf", text.as_bytes()].concat(), utf_16(text, false), utf_16(text, true)] {
        let table = read_bytes(bytes).unwrap();
        assert_eq!(cells(&table, "名"), ["ä", "€"]);
    }
}

#[test]
fn other_encodings_are_read_when_named() {
    let files = Files::new();
    let path = files.put("x.csv", b"N,B\nM\xfcller,1\n\x80,2\n");
    let options = ReadOptions { encoding: Encoding::WINDOWS_1252, ..ReadOptions::default() };
    let table = read_with(&path, &options).unwrap();
    assert_eq!(cells(&table, "N"), ["Müller", "€"]);
    assert_eq!(table.report.files[0].encoding.as_deref(), Some("windows-1252"));
}

#[test]
fn bad_bytes_are_located() {
    let error = read_bytes(b"N,B\nx,1\nM\xfcller,1\n").unwrap_err();
    assert!(matches!(error, IoError::Encoding { offset: 9, line: 3, .. }), "{error:?}");
    assert!(error.hint().unwrap().contains("windows-1252"));
    let error = read_bytes(b"N,B\nx\0,1\n").unwrap_err();
    assert!(matches!(error, IoError::NulByte { offset: 5, line: 2, .. }), "{error:?}");
    let mut cut = utf_16("A\nx\n", false);
    cut.pop();
    assert!(matches!(read_bytes(cut), Err(IoError::Encoding { .. })));
}

#[test]
fn characters_across_blocks_stay_whole() {
    // Blocks are 1 MiB: three-byte characters at every alignment cross their border.
    for shift in 0..3 {
        let text = format!("{}\n{}\n", "x".repeat(shift + 1), "€".repeat(800_000));
        let table = read_bytes(&text).unwrap();
        assert_eq!(cells(&table, &"x".repeat(shift + 1))[0].chars().count(), 800_000);
    }
}

//! What runs in the page, and the policy that nothing else does.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use sha2::{Digest, Sha256};

/// Our part of the page's script, in the order it runs; one function around it all.
const PARTS: [&str; 13] = [
    "(() => {\n\"use strict\";\n",
    include_str!("../assets/js/base.js"),
    include_str!("../assets/js/profile.js"),
    include_str!("../assets/js/map.js"),
    include_str!("../assets/js/evidence.js"),
    include_str!("../assets/js/dendrogram.js"),
    include_str!("../assets/js/density.js"),
    include_str!("../assets/js/som.js"),
    include_str!("../assets/js/silhouette.js"),
    include_str!("../assets/js/distribution.js"),
    include_str!("../assets/js/correlation.js"),
    include_str!("../assets/js/main.js"),
    "})();\n",
];

/// The page's own script.
pub(crate) fn own() -> String {
    PARTS.concat()
}

/// plotly.js as the `plotly` crate embeds it.
///
/// The crate gives two script elements, plotly.js and MathJax; no text here is mathematics, so the
/// two megabytes of the second stay out.
///
/// # Panics
/// When the crate no longer gives a script element: a broken build, not bad data.
pub(crate) fn plotly() -> String {
    let mut sources = plotly::Plot::offline_js_sources();
    let start = sources.find('>').expect("the plotly crate gives an opening script tag") + 1;
    let end = sources.find("</script>").expect("the plotly crate gives a closing script tag");
    sources.truncate(end);
    sources.drain(..start);
    sources
}

/// The value of a Content-Security-Policy that lets these scripts run and nothing be requested.
///
/// Styles must be allowed inline, since plotly.js writes its own; pictures are drawn to `data:` and
/// `blob:` addresses when the reader saves one.
pub(crate) fn policy(scripts: &[&str]) -> String {
    let hashes: Vec<_> = scripts.iter().map(|script| format!("'sha256-{}'", digest(script))).collect();
    format!(
        "default-src 'none'; script-src {}; style-src 'unsafe-inline'; img-src data: blob:; base-uri 'none'; \
         form-action 'none'",
        hashes.join(" ")
    )
}

fn digest(script: &str) -> String {
    STANDARD.encode(Sha256::digest(script.as_bytes()))
}

/// The value as JSON that may stand inside a script element.
///
/// # Errors
/// When the value cannot be put into JSON.
pub(crate) fn json(value: &impl Serialize) -> Result<String, serde_json::Error> {
    serde_json::to_string(value).map(|text| inert(&text))
}

/// Writes what could end the element, or a line of script, as an escape that JSON undoes. Outside
/// strings JSON has none of these characters.
fn inert(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for character in json.chars() {
        match character {
            '<' => text.push_str("\\u003c"),
            '>' => text.push_str("\\u003e"),
            '&' => text.push_str("\\u0026"),
            '\u{2028}' => text.push_str("\\u2028"),
            '\u{2029}' => text.push_str("\\u2029"),
            other => text.push(other),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plotly_comes_alone_and_whole() {
        let source = plotly();
        assert!(source.trim_start().starts_with("/**\n* plotly.js v"), "{}", &source[..60]);
        assert!(!source.contains("<script") && !source.contains("</script"), "one script, without its tags");
        assert!(!source.contains("mjx-container"), "MathJax is left out");
        assert!((3_000_000..6_000_000).contains(&source.len()), "{} bytes", source.len());
    }

    #[test]
    fn json_cannot_leave_its_element() {
        let hostile = ["</script><script>alert(1)</script>", "<!--", "a\u{2028}b\u{2029}&"];
        let text = json(&hostile).unwrap();
        assert!(!text.contains(['<', '>', '&', '\u{2028}', '\u{2029}']), "{text}");
        assert_eq!(serde_json::from_str::<Vec<String>>(&text).unwrap(), hostile);
    }

    #[test]
    fn the_policy_names_the_digest_of_each_script() {
        // The digest of the empty text, as in RFC 6234's and every other table.
        let empty = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='";
        let policy = policy(&[""]);
        assert!(policy.contains(&format!("script-src {empty};")), "{policy}");
        assert!(policy.starts_with("default-src 'none'"), "{policy}");
    }

    #[test]
    fn the_own_script_cannot_end_its_element_or_fetch() {
        let script = own();
        for banned in ["</script", "<!--", "innerHTML", "http:", "https:", "fetch(", "eval("] {
            assert!(!script.contains(banned), "{banned}");
        }
    }
}

//! The report in a real browser with the network cut off, made from data that tries to break out.

mod driver;

use std::path::PathBuf;
use std::sync::OnceLock;

use driver::Browser;
use segctl_tests::{QUICK, Segctl, customers};
use serde_json::{Value, json};

use crate::lasting;

const SCRIPT: &str = "<script>alert(1)</script>";
const IMAGE: &str = "\"><img src=x onerror=alert(1)>";

const SECTIONS: [&str; 11] = [
    "summary",
    "segments",
    "profile",
    "map",
    "evidence",
    "silhouette",
    "distributions",
    "correlation",
    "composition",
    "data-used",
    "glossary",
];

/// The report of customers, columns and categories named like attacks.
fn report() -> PathBuf {
    static REPORT: OnceLock<PathBuf> = OnceLock::new();
    let make = || {
        let dir = lasting("hostile");
        let (data, out) = (dir.join("hostile.csv"), dir.join("out"));
        let ids = [SCRIPT, IMAGE];
        let table = customers(120)
            .renamed("spend", SCRIPT)
            .renamed("balance", IMAGE)
            .with("customer", |i| ids.get(i).map_or(format!("K{i}"), |id| (*id).to_owned()))
            .with("plan", |i| ids[i % 2].to_owned());
        table.write(&data);
        Segctl::run(&data, &out).args(QUICK).args(["--id", "customer"]).answer().done();
        out.join("report.html")
    };
    REPORT.get_or_init(make).clone()
}

/// A browser with the report open.
fn open_report() -> Option<Browser> {
    let browser = Browser::start()?;
    browser.open(&report());
    Some(browser)
}

/// Brings every picture into sight, which is when it is drawn, and waits for it.
#[track_caller]
fn draw_all(browser: &Browser) {
    let n = browser.eval("return document.querySelectorAll('.plot').length").as_u64().unwrap();
    assert!(n > 0, "no pictures");
    for i in 0..n {
        let plot = format!("document.querySelectorAll('.plot')[{i}]");
        browser.eval(&format!("{plot}.scrollIntoView({{ block: 'center', behavior: 'instant' }})"));
        browser.wait(&format!("{plot}.dataset.drawn === 'true'"));
    }
    assert_eq!(browser.eval("return document.querySelectorAll('.note.failed').length"), 0, "a picture failed");
}

#[track_caller]
fn assert_calm(browser: &Browser) {
    assert!(!browser.has_dialogue(), "the data opened a dialogue");
    assert_eq!(browser.complaints(), [""; 0]);
    let requests = browser.eval("return performance.getEntriesByType('resource').map((entry) => entry.name)");
    assert_eq!(requests, json!([]), "the page asked for something");
}

#[test]
fn the_page_is_complete_and_asks_for_nothing() {
    let Some(browser) = open_report() else { return };
    for id in SECTIONS {
        let shown = format!("return document.getElementById('{id}')?.getBoundingClientRect().height ?? 0");
        assert!(browser.eval(&shown).as_f64() > Some(20.0), "section {id} is not to be seen");
    }
    draw_all(&browser);
    assert_calm(&browser);
    browser.eval("scrollTo({ top: 0, behavior: 'instant' })");
    browser.screenshot(&lasting("screenshots").join("report-1440.png"));
}

#[test]
fn hostile_names_stay_text() {
    let Some(browser) = open_report() else { return };
    draw_all(&browser);
    let text = browser.eval("return document.body.textContent");
    for name in [SCRIPT, IMAGE] {
        assert!(text.as_str().unwrap().contains(name), "{name} cannot be read");
    }
    assert_eq!(browser.eval("return document.querySelectorAll('img').length"), 0);
    let drawn = browser.eval("return document.querySelector('[data-plot=space]').data.flatMap((t) => t.hovertext)");
    let escaped = "<b>&lt;script&gt;alert(1)&lt;/script&gt;</b>";
    assert!(drawn.as_array().unwrap().iter().any(|text| text.as_str().unwrap().starts_with(escaped)), "{drawn}");
    assert_calm(&browser);
}

/// Where the camera of the picture in space stands.
fn camera(browser: &Browser) -> Value {
    browser.eval(&format!("return {EYE}"))
}

/// Where the picture in space is looked at from.
const EYE: &str = "document.querySelector('[data-plot=space]')._fullLayout.scene._scene.getCamera().eye";

#[test]
fn the_picture_in_space_turns() {
    let Some(browser) = open_report() else { return };
    draw_all(&browser);
    let place = browser.eval(
        "const plot = document.querySelector('[data-plot=space]');
         plot.scrollIntoView({ block: 'center', behavior: 'instant' });
         const { x, y, width, height } = plot.getBoundingClientRect();
         return [Math.round(x + width / 2), Math.round(y + height / 2)];",
    );
    let middle = (place[0].as_i64().unwrap(), place[1].as_i64().unwrap());
    let before = camera(&browser);
    // A busy machine draws the picture so slowly that it misses a drag.
    let turned = || {
        browser.drag(middle, (120, 40));
        std::thread::sleep(std::time::Duration::from_millis(500));
        camera(&browser) != before
    };
    assert!((0..10).any(|_| turned()), "dragging turns it");
    let dragged = camera(&browser);
    browser.eval("document.querySelector('[data-turn=left]').click()");
    browser.wait(&format!("JSON.stringify({EYE}) !== '{dragged}'"));
    assert_calm(&browser);
}

#[test]
fn a_phone_scrolls_only_downwards() {
    let Some(browser) = Browser::start() else { return };
    let phone = json!({ "width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": true });
    browser.devtools("Emulation.setDeviceMetricsOverride", &phone);
    browser.open(&report());
    draw_all(&browser);
    assert_eq!(browser.eval("return [innerWidth, document.documentElement.scrollWidth]"), json!([390, 390]));
    browser.eval("scrollTo({ top: 0, behavior: 'instant' })");
    browser.screenshot(&lasting("screenshots").join("report-390.png"));
    assert_calm(&browser);
}

#[test]
fn the_keyboard_reaches_every_switch() {
    let Some(browser) = open_report() else { return };
    draw_all(&browser);
    browser.eval("scrollTo({ top: 0, behavior: 'instant' }); document.activeElement.blur()");
    const TAB: &str = "\u{e004}";
    let focused = || browser.eval("return document.activeElement.outerHTML.slice(0, 200)");
    browser.press(TAB);
    assert!(focused().as_str().unwrap().contains("class=\"skip\""), "first the skip link: {}", focused());
    let mut reached = String::new();
    while reached.len() < 100_000 && !reached.contains("data-correlation=\"pearson\"") {
        browser.press(TAB);
        reached.push_str(focused().as_str().unwrap());
    }
    for switch in ["data-segment=\"0\"", "data-turn=\"left\"", "data-counts=\"log\"", "data-correlation=\"pearson\""] {
        assert!(reached.contains(switch), "{switch}");
    }
    browser.press(" ");
    assert_eq!(browser.eval("return document.activeElement.getAttribute('aria-pressed')"), "true");
}

#[test]
fn the_page_can_be_printed() {
    let Some(browser) = open_report() else { return };
    draw_all(&browser);
    browser.devtools("Emulation.setEmulatedMedia", &json!({ "media": "print" }));
    assert_eq!(browser.eval("return matchMedia('print').matches"), true);
    let paper = browser.print();
    assert!(paper.starts_with(b"%PDF-") && paper.len() > 50_000, "{} bytes", paper.len());
    assert_calm(&browser);
}

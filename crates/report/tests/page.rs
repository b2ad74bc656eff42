//! What every page must hold, whatever the outcome.
mod fixture;

use segctl_report::{Outcome, ReportError, ReportOptions, render};
use segctl_segmentation::SomMap;
use serde_json::Value;

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

fn page(outcome: &Outcome) -> String {
    let options = ReportOptions::new("0.1.0").with_parameter(fixture::SCRIPT, fixture::SCRIPT);
    let mut page = Vec::new();
    render(outcome, &options, &mut page).expect("the page is written");
    String::from_utf8(page).expect("the page is UTF-8")
}

/// The page without plotly.js: our own part.
fn own(page: &str) -> String {
    let start = page.find("<script>/**\n* plotly.js").expect("plotly.js is in the page");
    let end = start + page[start..].find("</script>").expect("the element ends");
    [&page[..start], &page[end + "</script>".len()..]].concat()
}

/// What stands in the page before any script: text and tables.
fn text(page: &str) -> &str {
    &page[..page.find("<script").expect("the data comes first")]
}

fn data(page: &str) -> Value {
    let start = page.find(r#"id="data">"#).expect("the data is in the page") + r#"id="data">"#.len();
    let end = start + page[start..].find("</script>").expect("the element ends");
    serde_json::from_str(&page[start..end]).expect("the data is JSON")
}

fn all() -> [Outcome; 6] {
    [
        fixture::card_holders(),
        fixture::hostile(),
        fixture::single(),
        fixture::wide(),
        fixture::crowds(),
        fixture::mapped(),
    ]
}

#[test]
fn every_page_has_every_section_and_a_way_to_it() {
    for outcome in all() {
        let page = page(&outcome);
        for id in SECTIONS {
            assert_eq!(page.matches(&format!(" id=\"{id}\"")).count(), 1, "{id}");
            assert!(id == "summary" || page.contains(&format!("href=\"#{id}\"")), "{id}");
        }
    }
}

#[test]
fn only_our_own_scripts_are_in_the_page() {
    for outcome in all() {
        let page = page(&outcome);
        let own = own(&page);
        assert_eq!(own.matches("<script").count(), 2, "the data and our own script");
        assert_eq!(own.matches("</script").count(), 2);
        for hostile in ["<script>alert", "\"onmouseover", "<b>bold", "<a href='java", "<!-- -->"] {
            assert!(!text(&page).contains(hostile), "{hostile}");
        }
    }
}

#[test]
fn hostile_names_stay_readable() {
    let page = page(&fixture::hostile());
    assert!(page.contains("&#60;script&#62;alert(1)&#60;/script&#62;"), "in the text");
    let data = data(&page);
    assert_eq!(data["profile"]["features"][0], fixture::SCRIPT, "in the data");
    assert_eq!(data["map"]["ids"][0], fixture::SCRIPT);
}

#[test]
fn nothing_is_requested() {
    let page = page(&fixture::card_holders());
    assert!(page.contains("default-src &#39;none&#39;"), "{}", &page[..400]);
    let own = own(&page);
    for address in ["http:", "https:", "url(", "@import", " src=", "<link", "<img", "<iframe", "<form"] {
        assert!(!own.contains(address), "{address}");
    }
}

#[test]
fn numbers_that_are_none_are_shown_as_such() {
    let page = page(&fixture::hostile());
    assert!(!own(&page).contains("NaN"));
    let data = data(&page);
    assert!(data["profile"]["difference"][0][1].is_null());
    assert!(data["distributions"][1]["boxplot"].is_null());
    assert!(data["evidence"]["silhouette"][0].is_null());
}

#[test]
fn the_same_outcome_gives_the_same_bytes() {
    assert!(page(&fixture::card_holders()) == page(&fixture::card_holders()));
}

#[test]
fn the_size_is_that_of_plotly_and_little_more() {
    let size = |outcome: &Outcome| own(&page(outcome)).len();
    assert!(size(&fixture::card_holders()) < 600_000, "{}", size(&fixture::card_holders()));
    assert!(size(&fixture::wide()) < 1_400_000, "{}", size(&fixture::wide()));
}

#[test]
fn the_size_does_not_follow_the_customers() {
    let few = fixture::card_holders();
    let mut many = fixture::card_holders();
    many.projection.n_total *= 5000;
    many.segments.iter_mut().for_each(|segment| segment.size *= 5000);
    assert!(page(&many).len().abs_diff(page(&few).len()) < 200);
}

#[test]
fn long_ids_are_cut() {
    let mut outcome = fixture::card_holders();
    outcome.projection.ids.iter_mut().for_each(|id| *id = "x".repeat(100_000));
    assert!(page(&outcome).len() < 6_000_000);
}

#[test]
fn the_answer_comes_first_in_words() {
    let page = page(&fixture::card_holders());
    assert!(page.contains("<h1>8,950 customers in 6 segments</h1>"));
    assert!(page.contains("weakly separated"));
    assert!(page.contains("3,000 of 8,950 customers shown, drawn by segment"));
}

#[test]
fn the_essential_numbers_need_no_script() {
    let page = page(&fixture::card_holders());
    let text = text(&page);
    for expected in ["3,320", "BALANCE / NULLIF(CREDIT_LIMIT, 0)", "29eea638", "313 empty", "106,066"] {
        assert!(text.contains(expected), "{expected}");
    }
}

#[test]
fn one_segment_is_not_compared() {
    let page = page(&fixture::single());
    assert!(page.contains("8,950 customers in 1 segment<"));
    for absent in ["Holds together", "How clear-cut", r#"data-plot="silhouette""#, r#"data-plot="profile""#] {
        assert!(!text(&page).contains(absent), "{absent}");
    }
}

#[test]
fn estimates_come_with_their_interval() {
    let page = page(&fixture::wide());
    assert!(page.contains("0.310 (0.299 to 0.321)") && page.contains("estimated from 2,000 customers"));
    assert_eq!(data(&page)["evidence"]["curves"][0]["interval"][0][1], 0.121);
}

#[test]
fn ranks_of_a_sample_are_called_so() {
    let mut outcome = fixture::card_holders();
    assert!(!text(&page(&outcome)).contains("Ranks are those of"));
    outcome.correlation.spearman_sample = Some(100_000);
    assert!(text(&page(&outcome)).contains("Ranks are those of 100,000 customers drawn at random."));
}

#[test]
fn space_needs_three_components() {
    let page = page(&fixture::single());
    assert!(text(&page).contains(r#"data-plot="plane""#) && !text(&page).contains(r#"data-plot="space""#));
    assert_eq!(data(&page)["map"]["axes"], serde_json::json!(["PC1 (31% of variance)"]));
}

#[test]
fn an_outcome_without_pictures_is_still_a_page() {
    let mut outcome = fixture::single();
    outcome.projection = Default::default();
    outcome.correlation = Default::default();
    outcome.profile = Default::default();
    outcome.distributions.clear();
    outcome.composition.clear();
    outcome.evidence.candidates.clear();
    let page = page(&outcome);
    assert!(!text(&page).contains("data-plot="), "no picture is announced");
    assert!(page.contains("8,950 customers in 1 segment"));
}

#[test]
fn customers_in_no_segment_are_counted() {
    let mut outcome = fixture::hostile();
    outcome.projection.n_total += 7;
    let page = page(&outcome);
    assert!(page.contains("8,957 customers in 3 segments, 7 in none"));
    assert!(page.contains(r#"data-segment="-1""#), "they can be switched off");
}

#[test]
fn a_contradiction_is_an_error_and_writes_nothing() {
    let mut outcome = fixture::card_holders();
    outcome.profile.overall_mean.pop();
    let mut written = Vec::new();
    let error = render(&outcome, &ReportOptions::default(), &mut written).unwrap_err();
    assert!(matches!(error, ReportError::Shape { what: "profile.overall_mean", found: 22, expected: 23 }), "{error}");
    assert!(written.is_empty());

    let mut outcome = fixture::card_holders();
    outcome.projection.segments[4] = 6;
    let error = render(&outcome, &ReportOptions::default(), &mut written).unwrap_err();
    assert_eq!(error.to_string(), "outcome: projection.segments[4] is 6, expected -1 or a segment below 6");
}

#[test]
fn a_failing_destination_is_reported() {
    struct Full;
    impl std::io::Write for Full {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let error = render(&fixture::single(), &ReportOptions::default(), &mut Full).unwrap_err();
    assert!(matches!(error, ReportError::Write(_)));
    assert!(error.hint().is_some());
}

#[test]
fn errors_travel_between_threads() {
    fn is_send<T: Send + Sync + 'static>() {}
    is_send::<ReportError>();
    is_send::<ReportOptions>();
}

#[test]
fn the_tree_of_merges_is_drawn_and_told() {
    let shown = page(&fixture::card_holders());
    assert!(shown.contains(r#"data-plot="dendrogram""#) && shown.contains("Tree of 8,950 customers by ward linkage"));
    assert_eq!(data(&shown)["tree"]["merges"].as_array().unwrap().len(), 39);
    assert!(!text(&page(&fixture::single())).contains("dendrogram"));
}

#[test]
fn a_tree_that_refers_to_what_is_not_there_is_refused() {
    let mut outcome = fixture::card_holders();
    outcome.tree.as_mut().unwrap().merges[0].right = 40;
    let error = render(&outcome, &ReportOptions::new("0"), &mut Vec::new()).unwrap_err();
    assert!(error.to_string().contains("tree.merges"), "{error}");
}

#[test]
fn crowds_and_those_outside_are_drawn_and_told() {
    let shown = page(&fixture::crowds());
    for expected in [
        r#"data-plot="neighbours""#,
        r#"data-plot="condensed""#,
        "neighbour number 9",
        "the curve bends most at 1.6",
        "Drawn from 2,000 customers.",
        "Of 5 crowds",
        "Another 12% of the customers are in no segment",
        "Each ellipse holds 86%",
        "<th scope=\"col\">BIC</th>",
        "12,345",
        "In no segment</th>",
    ] {
        assert!(text(&shown).contains(expected), "{expected}");
    }
    let data = data(&shown);
    assert_eq!(data["condensed"][3]["segment"], 0);
    assert_eq!(data["condensed"][1]["distance"][0], 1.6667, "the reciprocal of the density");
    assert_eq!(data["map"]["covariances"][0][1], 0.4);
    for absent in ["neighbours", "condensed", "In no segment", "BIC", "ellipse"] {
        assert!(!text(&page(&fixture::card_holders())).contains(absent), "{absent}");
    }
}

#[test]
fn crowds_that_refer_to_what_is_not_there_are_refused() {
    for break_it in [
        |outcome: &mut Outcome| outcome.condensed.as_mut().unwrap().clusters[1].parent = Some(1),
        |outcome: &mut Outcome| outcome.condensed.as_mut().unwrap().clusters[1].segment = Some(3),
        |outcome: &mut Outcome| outcome.projection.covariances.as_mut().unwrap().truncate(2),
    ] {
        let mut outcome = fixture::crowds();
        break_it(&mut outcome);
        assert!(render(&outcome, &ReportOptions::new("0"), &mut Vec::new()).is_err());
    }
}

#[test]
fn a_map_is_drawn_unit_by_unit_and_told() {
    let shown = page(&fixture::mapped());
    for expected in [
        r#"data-plot="som-segments""#,
        r#"data-plot="som-distances""#,
        r#"data-plot="som-plane" data-index="1""#,
        "6 \u{d7} 5 hexagons",
        "88% of the variance",
        "For 15% of the customers",
        "1 unit has no customers",
        "The map learnt from 5,000 customers",
        "medians from \u{2212}300 to 300",
        "shares from",
    ] {
        assert!(text(&shown).contains(expected), "{expected}");
    }
    let map = &data(&shown)["som"];
    assert_eq!(map["planes"].as_array().unwrap().len(), 23);
    assert_eq!((map["segments"][29].as_i64(), map["segments"][0].as_i64()), (Some(-1), Some(0)));
    assert!(map["planes"][0]["medians"][12].is_null(), "nobody is there");
    let without = page(&fixture::card_holders());
    assert!(data(&without)["som"].is_null() && !without.contains("data-plot=\"som-"));
}

#[test]
fn a_large_map_shows_the_features_that_vary_most() {
    let mut outcome = fixture::mapped();
    let map = outcome.map.as_mut().unwrap();
    (map.n_x, map.n_y) = (200, 100);
    let n_units = map.n_x * map.n_y;
    let wide = |values: &mut Vec<f64>| *values = values.iter().copied().cycle().take(n_units).collect();
    for (j, plane) in map.planes.iter_mut().enumerate() {
        wide(&mut plane.values);
        wide(&mut plane.medians);
        plane.values.iter_mut().for_each(|value| *value *= j as f64);
    }
    wide(&mut map.distances);
    map.places = map.places.iter().copied().cycle().take(n_units).collect();
    map.sizes = vec![1; n_units];
    map.segments = vec![None; n_units];
    let shown = page(&outcome);
    let planes = &data(&shown)["som"]["planes"];
    assert_eq!(planes.as_array().unwrap().len(), 5);
    assert_eq!(planes[4]["feature"], "INSTALLMENT_SHARE", "the last vary most, in their own order");
    assert!(text(&shown).contains("Shown are the 5 of 23 features"));
}

#[test]
fn a_map_that_contradicts_itself_is_refused() {
    for break_it in [
        |map: &mut SomMap| map.segments[3] = Some(6),
        |map: &mut SomMap| map.sizes.truncate(7),
        |map: &mut SomMap| map.planes[0].values.clear(),
        |map: &mut SomMap| map.n_x = usize::MAX,
    ] {
        let mut outcome = fixture::mapped();
        break_it(outcome.map.as_mut().unwrap());
        assert!(render(&outcome, &ReportOptions::new("0"), &mut Vec::new()).is_err());
    }
}

#[test]
fn the_silhouette_shown_is_that_of_the_algorithm_taken() {
    let mut outcome = fixture::card_holders();
    outcome.evidence.algorithm = segctl_segmentation::Algorithm::Ward;
    assert!(text(&page(&outcome)).contains("mean silhouette 0.27"));
}

#[test]
fn every_algorithm_has_its_rows_and_its_curve() {
    let page = page(&fixture::card_holders());
    let evidence = &data(&page)["evidence"];
    assert_eq!(evidence["curves"][0]["algorithm"], "k-means");
    assert_eq!(evidence["curves"][1]["algorithm"], "Ward");
    assert!(page.contains(r#"<td class="text">Ward</td>"#));
}

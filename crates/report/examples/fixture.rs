//! Writes the report of a made-up outcome, to look at: `fixture FILE [card-holders|hostile|single|wide|crowds|mapped]`.

#[path = "../tests/fixture/mod.rs"]
mod fixture;

use std::error::Error;
use std::fs::File;
use std::io::BufWriter;

use segctl_report::{ReportOptions, render};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().ok_or("give the file to write")?;
    let outcome = match arguments.next().as_deref() {
        None | Some("card-holders") => fixture::card_holders(),
        Some("hostile") => fixture::hostile(),
        Some("single") => fixture::single(),
        Some("wide") => fixture::wide(),
        Some("crowds") => fixture::crowds(),
        Some("mapped") => fixture::mapped(),
        Some(other) => return Err(format!("no fixture named {other}").into()),
    };
    let options = ReportOptions::new("0.1.0")
        .with_command("segctl run CC_GENERAL.csv --out out/cc")
        .with_parameter("seed", "0")
        .with_parameter("k", "2..10");
    render(&outcome, &options, &mut BufWriter::new(File::create(path)?))?;
    Ok(())
}

//! `segctl features`: what the feature packs hold.

use segctl_segmentation::pack;
use segctl_segmentation::packs::{FeaturePack, PackAction, built_in};
use serde::Serialize;

use crate::args::FeaturesArgs;
use crate::error::CliError;
use crate::files;

pub(crate) fn features(args: &FeaturesArgs) -> Result<(), CliError> {
    // `--list` says what happens without it, too.
    let packs = match args.list || args.packs.is_empty() {
        true => built_in(),
        false => args.packs.iter().map(|name| pack(name)).collect::<Result<_, _>>()?,
    };
    files::answer(args.json, false, &Document { packs: &packs }, || {
        packs.iter().map(text).collect::<Vec<_>>().join("\n")
    })
}

/// What `--json` prints.
#[derive(Serialize)]
struct Document<'a> {
    packs: &'a [FeaturePack],
}

fn text(pack: &FeaturePack) -> String {
    let mut lines =
        vec![format!("{}: {}", pack.name, pack.title), format!("  recognised by {}", pack.recognised_by.join(", "))];
    for feature in &pack.features {
        lines.push(format!("  {} [{}]: {}", feature.name, feature.unit, feature.title));
        lines.push(format!("      {}", feature.sql));
    }
    for rule in &pack.rules {
        let action = match &rule.action {
            PackAction::Report => "counted".to_owned(),
            PackAction::Drop => "left out".to_owned(),
            PackAction::Set(values) => {
                let set: Vec<String> = values.iter().map(|(column, sql)| format!("{column} set to {sql}")).collect();
                format!("repaired, {}", set.join(", "))
            }
        };
        lines.push(format!("  rule: {}: rows that break it are {action}", rule.name));
        lines.push(format!("      {}", rule.check));
    }
    lines.join("\n") + "\n"
}

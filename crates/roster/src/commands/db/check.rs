use roster_adapter_diesel::Examined;
use roster_usecases::safekeeping::{PicturesFound, check_pictures, check_secrets};
use serde_json::{Map, Value, json};

use super::super::block_on;
use crate::assembly::Opener;
use crate::master_secret::at_hand;
use crate::settings::Settings;
use crate::{Output, Stop, assembly, logging};

/// Looks whether everything is whole.
pub(super) fn run(settings: &Settings, output: Output) -> Result<(), Stop> {
    logging::start_if_chosen(settings);
    let Examined { mut wrong, rows } = assembly::examine(settings)?;
    let pictures = block_on(look_around(settings, &mut wrong))?;
    tell(&wrong, &rows, &pictures, output)?;
    match wrong.len() {
        0 => Ok(()),
        1 => Err(Stop::Failure("something is wrong with the database".to_owned())),
        many => Err(Stop::Failure(format!("{many} things are wrong with the database"))),
    }
}

/// What the database alone cannot tell.
async fn look_around(settings: &Settings, wrong: &mut Vec<String>) -> Result<PicturesFound, Stop> {
    let store = assembly::open(settings, Opener::Onlooker)?.store;
    let given = at_hand(settings)?;
    match check_secrets(&*store, given.as_deref()).await {
        Ok(secrets) => {
            let line =
                |id| format!("passwords or keys hang on the master secret {id}, which is not on record");
            wrong.extend(secrets.not_on_record.into_iter().map(line));
            if secrets.is_strange {
                wrong.push("the master secret is none that the database was used with".to_owned());
            }
        }
        Err(error) => wrong.push(format!("what hangs on the master secrets cannot be read: {error}")),
    }
    match check_pictures(&*store, &*assembly::pictures_as_they_are(settings, &store)).await {
        Ok(found) => {
            let lines = |what, names: &[roster_domain::PictureName]| -> Vec<String> {
                names.iter().map(|name| format!("the picture {name} is {what}")).collect()
            };
            wrong.extend(lines("missing", &found.missing));
            wrong.extend(lines("damaged", &found.damaged));
            Ok(found)
        }
        Err(error) => {
            wrong.push(format!("the pictures cannot be looked at: {error}"));
            Ok(PicturesFound::default())
        }
    }
}

fn tell(
    wrong: &[String],
    rows: &[(&'static str, u64)],
    pictures: &PicturesFound,
    output: Output,
) -> Result<(), Stop> {
    let counted: Map<String, Value> =
        rows.iter().map(|(table, rows)| ((*table).to_owned(), json!(rows))).collect();
    let mut lines = wrong.to_vec();
    if lines.is_empty() {
        let total: u64 = rows.iter().map(|(_, rows)| rows).sum();
        lines.push(format!("everything is whole: {total} rows, {} pictures", pictures.referenced));
    }
    if pictures.of_nobody > 0 {
        lines.push(format!("{} pictures are kept that nobody has; they only take room", pictures.of_nobody));
    }
    output.say(
        &lines.join("\n"),
        &json!({
            "whole": wrong.is_empty(),
            "wrong": wrong,
            "rows": counted,
            "pictures": pictures.referenced,
            "pictures_of_nobody": pictures.of_nobody,
        }),
    )
}

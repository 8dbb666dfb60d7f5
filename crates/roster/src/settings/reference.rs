//! The reference of settings, `docs/settings.md`: made from the table, and proven to be fresh.

use std::fmt::Write;
use std::{env, fs};

use super::table::{Kind, Preset, SETTINGS, Setting};
use super::{Key, Slot};

const HEAD: &str = "\
# Settings

<!-- Made from the table in crates/roster/src/settings/table.rs by `UPDATE_GOLDEN=1 cargo test -p roster settings`. -->

Settings come from, strongest first: flags, environment variables, a TOML file (`--config FILE`). One name spells them
all: `request_timeout` in TOML is `ROSTER_REQUEST_TIMEOUT` in the environment and `--request-timeout` as a flag. Lists
are arrays of strings in TOML and separated by commas elsewhere; numbers are plain numbers in TOML.

Secrets have no flag, because everybody on a machine can read command lines. Each can come from a file instead, named by
`…_FILE`; the file must belong to the user who runs Roster, and nobody else may read it (mode `0600` or `0400`). Setting
both is an error. A password in `--database-url` is refused for the same reason.

An unknown key, an unknown `ROSTER_…` variable, a wrong type or a weak secret ends the start with exit code 2 and one
line that names the setting, never its value. Variables that begin with `ROSTER_TEST_`, `ROSTER_PORT` or
`ROSTER_SERVICE_` are ignored: test harnesses and orchestrators make them. `roster config check` checks the settings,
`roster config show` tells where each value comes from.

";

const EXAMPLE: &str = "
## A settings file

```toml
data_dir = \"/var/lib/roster\"
listen = \"0.0.0.0:8080\"
public_url = \"https://id.example.org\"
secret_file = \"/etc/roster/secret\"
trusted_proxies = [\"10.0.0.0/8\"]
access_token_ttl = 300

[[policy.cameras]]
path = \"/facilities/{facility}/cameras/**\"
require = { action = \"cameras:read\", facility = \"{facility}\" }
```

The policies of gateways stand in this file alone, as `[[policy.NAME]]`; SIGHUP has them read anew. How they are written is in
[how-to-put-gateways-in-front.md](how-to-put-gateways-in-front.md).

A master secret can be made with `head -c 32 /dev/urandom | base64`. Without one, the first start makes it and keeps it
as `secret` in the data folder: back that file up, apart from the database. Roster never makes another one for a
database that was used with one already; it ends with exit code 2 instead.
";

fn reference() -> String {
    let mut page = HEAD.to_owned();
    for setting in SETTINGS {
        section(&mut page, setting).unwrap();
    }
    page + EXAMPLE
}

fn section(page: &mut String, setting: &Setting) -> std::fmt::Result {
    writeln!(page, "## `{}`\n\n{}\n", setting.name, setting.doc)?;
    writeln!(page, "- Value: {}", value(setting.kind))?;
    writeln!(page, "- Default: {}", default(setting))?;
    writeln!(page, "- Environment: {}", each_slot(setting.key, |slot| Some(slot.variable())))?;
    let flags = each_slot(setting.key, |slot| slot.flag().map(|flag| format!("--{flag}")));
    writeln!(page, "- Flag: {flags}\n")
}

fn value(kind: Kind) -> String {
    match kind {
        Kind::Text(form) | Kind::Url(form) => format!("`{form}`"),
        Kind::Whole { least, most, unit } => format!("{least} to {most} {unit}").trim_end().to_owned(),
        Kind::List(form) => format!("a list of `{form}`"),
        Kind::Secret(form) => format!("a secret (`{form}`)"),
    }
}

fn default(setting: &Setting) -> String {
    match setting.preset {
        Preset::Fixed(text) => format!("`{text}`"),
        Preset::Derived(text) => text.to_owned(),
        Preset::Nothing => "none".to_owned(),
    }
}

fn each_slot(key: Key, spelling: impl Fn(Slot) -> Option<String>) -> String {
    let of_key = |slot: &Slot| matches!(*slot, Slot::Value(other) | Slot::File(other) if other == key);
    let names: Vec<_> =
        Slot::all().filter(of_key).filter_map(spelling).map(|name| format!("`{name}`")).collect();
    names.join(" or ")
}

#[test]
fn the_reference_of_settings_is_fresh() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/settings.md");
    let fresh = reference().replace("\n\n\n", "\n\n");
    if env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(path, &fresh).unwrap();
    }
    let kept = fs::read_to_string(path).unwrap_or_default();
    assert_eq!(kept, fresh, "docs/settings.md is stale: run with UPDATE_GOLDEN=1");
}

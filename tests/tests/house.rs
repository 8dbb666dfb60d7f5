//! The rules of the house: which way things may point, what nobody imports, how long a file may be, what is up to date.
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test fails by panicking")]

use roster_tests::Roster;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// The longest that a source file may be, in lines.
const LONGEST_FILE: usize = 400;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn cargo(arguments: &[&str]) -> String {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo).args(arguments).current_dir(root()).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Every file of the repository that git knows of or would add, with this ending.
fn files(ending: &str) -> Vec<PathBuf> {
    fn collect(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let is_foreign =
                ["target", ".git", "roster-data", "proptest-regressions"].contains(&name.as_str());
            if path.is_dir() && !is_foreign {
                collect(&path, ending, found);
            } else if path.is_file() && name.ends_with(ending) {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    collect(&root(), ending, &mut found);
    assert!(!found.is_empty(), "no file ends with {ending}");
    found
}

fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

/// What a crate of the house names in its manifest, by kind of dependency.
struct Member {
    normal: BTreeSet<String>,
    development: BTreeSet<String>,
}

fn members() -> BTreeMap<String, Member> {
    let metadata: Value =
        serde_json::from_str(&cargo(&["metadata", "--no-deps", "--offline", "--format-version", "1"]))
            .unwrap();
    let member = |package: &Value| {
        let of_kind = |kind: Value| {
            // What is optional is for the benchmarks, which look inside.
            let dependencies = package["dependencies"].as_array().unwrap().iter();
            let is_built = |it: &&Value| package["name"] != "roster-tests" || it["optional"] == false;
            dependencies
                .filter(is_built)
                .filter(|it| it["kind"] == kind)
                .map(|it| it["name"].as_str().unwrap().to_owned())
                .collect()
        };
        let name = package["name"].as_str().unwrap().to_owned();
        (name, Member { normal: of_kind(Value::Null), development: of_kind("dev".into()) })
    };
    metadata["packages"].as_array().unwrap().iter().map(member).collect()
}

fn of_the_house(names: &BTreeSet<String>) -> BTreeSet<&str> {
    names.iter().map(String::as_str).filter(|name| name.starts_with("roster")).collect()
}

#[test]
fn arrows_point_inwards() {
    const CORE: &[&str] = &["roster-domain", "roster-ports"];
    for (name, member) in members() {
        let allowed: &[&str] = match name.as_str() {
            "roster-domain" => &[],
            "roster-ports" => &["roster-domain"],
            "roster-usecases" => CORE,
            "roster-adapter-actix" => &["roster-domain", "roster-ports", "roster-usecases"],
            adapter if adapter.starts_with("roster-adapter-") => CORE,
            "roster" | "roster-tests" => continue,
            stranger => panic!("{stranger} has no place in the house: say here what it may point at"),
        };
        for named in [&member.normal, &member.development] {
            // A crate may test itself with its own features on.
            let is_wrong = |it: &&str| !allowed.contains(it) && *it != name;
            let wrong: Vec<&str> = of_the_house(named).into_iter().filter(is_wrong).collect();
            assert!(wrong.is_empty(), "{name} points at {wrong:?}");
        }
    }
}

#[test]
fn only_the_binary_names_more_than_one_adapter() {
    for (name, member) in members().iter().filter(|(name, _)| *name != "roster") {
        let named =
            member.normal.union(&member.development).filter(|it| it.starts_with("roster-adapter-")).count();
        assert!(named <= 1, "{name} names {named} adapters");
    }
}

#[test]
fn the_rules_alone_need_nothing_but_ids_times_errors_and_unicode() {
    let tree = cargo(&[
        "tree",
        "--offline",
        "--locked",
        "--package",
        "roster-domain",
        "--edges",
        "normal,no-proc-macro",
        "--prefix",
        "none",
        "--format",
        "{lib}",
    ]);
    let named: BTreeSet<&str> = tree.lines().map(|line| line.trim_end_matches(" (*)")).collect();
    let expected = [
        "caseless",
        "chrono",
        "num_traits",
        "roster_domain",
        "thiserror",
        "tinyvec",
        "unicode_normalization",
        "unicode_properties",
        "unicode_script",
        "uuid",
    ];
    assert_eq!(named, BTreeSet::from(expected));
}

#[test]
fn nothing_is_built_in_that_was_banned() {
    let lock = fs::read_to_string(root().join("Cargo.lock")).unwrap();
    let names: BTreeSet<&str> =
        lock.lines().filter_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"')).collect();
    for banned in ["openssl", "native-tls", "rsa", "h2", "aws-lc-rs", "cmake"] {
        assert!(!names.contains(banned), "{banned} is in Cargo.lock");
    }
    let arguments =
        ["tree", "--offline", "--locked", "--package", "roster", "--prefix", "none", "--format", "{p}"];
    assert!(!cargo(&arguments).contains("openssl"), "only `make release-tls` has OpenSSL");
    for line in lock.lines().filter(|line| line.starts_with("source = ")) {
        assert_eq!(line, "source = \"registry+https://github.com/rust-lang/crates.io-index\"");
    }
}

#[test]
fn nothing_is_built_in_of_a_version_with_a_known_fault() {
    let numbers =
        |version: &str| version.split('.').map_while(|part| part.parse().ok()).collect::<Vec<u32>>();
    let denied = fs::read_to_string(root().join("deny.toml")).unwrap();
    let below: Vec<(&str, &str)> = denied
        .lines()
        .filter_map(|line| line.trim().strip_prefix("{ crate = \"")?.split('"').next()?.split_once("@<"))
        .collect();
    assert!(below.len() >= 5, "{below:?}");
    let lock = fs::read_to_string(root().join("Cargo.lock")).unwrap();
    for (library, good) in below {
        let versions: Vec<&str> = lock
            .split("[[package]]\n")
            .filter_map(|package| {
                package.strip_prefix(&format!("name = \"{library}\"\nversion = \""))?.split('"').next()
            })
            .collect();
        assert!(!versions.is_empty(), "{library} is not built in: deny.toml need not name it");
        for version in versions {
            assert!(numbers(version) >= numbers(good), "{library} {version} is older than {good}");
        }
    }
}

#[test]
fn each_library_has_one_home() {
    for (library, homes) in [
        ("biscuit", &["roster-adapter-crypto"][..]),
        ("bcrypt", &["roster-adapter-crypto"]),
        ("ring", &["roster-adapter-crypto", "roster-tests"]),
        ("pkcs1", &["roster-adapter-crypto"]),
        ("pkcs8", &["roster-adapter-crypto"]),
        ("sec1", &["roster-adapter-crypto"]),
        ("actix-web", &["roster-adapter-actix"]),
        ("actix-multipart", &["roster-adapter-actix"]),
        ("utoipa", &["roster-adapter-actix"]),
        ("diesel", &["roster-adapter-diesel", "roster-tests"]),
        ("diesel_migrations", &["roster-adapter-diesel"]),
        ("pq-sys", &["roster-adapter-diesel", "roster-tests"]),
        ("image", &["roster-adapter-pictures", "roster-tests"]),
        ("image-webp", &["roster-adapter-pictures"]),
        ("png", &["roster-adapter-pictures"]),
        ("rlibphonenumber", &["roster-adapter-system"]),
        ("idna", &["roster-adapter-system"]),
        ("getrandom", &["roster-adapter-system", "roster-adapter-crypto"]),
        ("clap", &["roster"]),
        ("toml", &["roster"]),
        ("anyhow", &["roster"]),
    ] {
        for (name, member) in members() {
            let is_named = member.normal.contains(library) || member.development.contains(library);
            assert!(!is_named || homes.contains(&name.as_str()), "{name} names {library}");
        }
    }
}

#[test]
fn only_the_http_adapter_knows_a_status_code() {
    for path in files(".rs") {
        let name = shown(&path);
        if name.starts_with("crates/") && !name.starts_with("crates/adapter-actix/") {
            assert!(!fs::read_to_string(&path).unwrap().contains("StatusCode"), "{name}");
        }
    }
}

#[test]
fn only_use_cases_call_ports() {
    let ports = [
        "store",
        "clock",
        "ids",
        "passwords",
        "access_tokens",
        "opaque_tokens",
        "signing_keys",
        "seals",
        "intercom",
        "picture_studio",
        "picture_keeper",
        "numbering_plans",
        "domain_names",
    ];
    for path in files(".rs") {
        let name = shown(&path);
        let is_outside =
            ["crates/adapter-actix/src/", "crates/roster/src/"].iter().any(|room| name.starts_with(room));
        if is_outside && !name.contains("/tests") {
            let text = fs::read_to_string(&path).unwrap();
            for port in ports {
                assert!(!text.contains(&format!("ports.{port}.")), "{name} calls the port {port}");
            }
        }
    }
}

#[test]
fn only_set_up_acts_as_whoever_holds_the_machine() {
    for path in files(".rs") {
        let name = shown(&path);
        let may = name.starts_with("crates/usecases/src/setup/")
            || name.starts_with("crates/domain/")
            || name.contains("/tests/")
            || name.starts_with("tests/");
        let text = fs::read_to_string(&path).unwrap();
        assert!(may || !text.contains("permission::operator"), "{name}");
        assert!(may || !text.contains("operator::<"), "{name}");
    }
}

#[test]
fn every_member_has_the_lints_of_the_house() {
    for manifest in files("Cargo.toml") {
        let text = fs::read_to_string(&manifest).unwrap();
        let has_lints = text.contains("[lints]\nworkspace = true\n");
        assert!(has_lints || text.contains("[workspace]"), "{}", shown(&manifest));
    }
    let workspace = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    assert!(workspace.contains("unsafe_code = \"forbid\""));
}

#[test]
fn no_file_is_long() {
    let length = |path: &PathBuf| fs::read_to_string(path).unwrap().lines().count();
    let long: Vec<String> = files(".rs")
        .iter()
        .chain(&files(".c"))
        .map(|path| (shown(path), length(path)))
        .filter(|(_, lines)| *lines > LONGEST_FILE)
        .map(|(name, lines)| format!("{name}: {lines}"))
        .collect();
    assert!(long.is_empty(), "over {LONGEST_FILE} lines: {long:#?}");
}

/// Words that this file must name without containing them.
fn forbidden() -> Vec<String> {
    let join = |start: &str, end: &str| format!("{start}{end}");
    vec![
        join("#[ign", "ore"),
        join("tod", "o!("),
        join("unimpl", "emented!("),
        join("TO", "DO"),
        join("FIX", "ME"),
        join("/ho", "me/"),
        join("/ro", "ot/"),
        join("/wo", "rk/"),
        join("../sha", "red"),
        join("file:", "///"),
    ]
}

#[test]
fn nothing_is_put_off_and_no_path_is_of_one_machine() {
    let endings = [".rs", ".c", ".toml", ".md", ".sh", ".sql", ".lock", ".py"];
    for path in endings.iter().flat_map(|ending| files(ending)) {
        let text = fs::read_to_string(&path).unwrap();
        for word in forbidden() {
            assert!(!text.contains(&word), "{} contains {word}", shown(&path));
        }
    }
}

/// Whoever waits polls with a deadline, in one place; benchmarks measure time and may spend it.
fn may_not_sleep(name: &str) -> bool {
    name != "tests/src/wait.rs" && !name.starts_with("tests/src/bin/")
}

#[test]
fn no_test_sleeps() {
    for path in files(".rs").iter().filter(|path| may_not_sleep(&shown(path))) {
        let name = shown(path);
        let text = fs::read_to_string(path).unwrap();
        let tests = if name.starts_with("tests/") {
            text.as_str()
        } else {
            text.split("#[cfg(test)]").nth(1).unwrap_or("")
        };
        let sleeps = concat!("thread::sl", "eep(");
        assert!(!tests.contains(sleeps), "{name} sleeps");
    }
}

#[test]
fn the_map_names_the_crates_that_there_are() {
    let text = fs::read_to_string(root().join("docs/ARCHITECTURE.md")).unwrap();
    let crates: BTreeSet<String> = fs::read_dir(root().join("crates"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    for name in &crates {
        assert!(text.contains(&format!("\n  {name} ")), "{name} is not on the map");
    }
    let words = text.split(|sign: char| !sign.is_ascii_alphanumeric() && sign != '-');
    for word in words.filter(|word| word.starts_with("adapter-") && *word != "adapter-") {
        assert!(crates.contains(word), "there is no {word}");
    }
    assert!(text.lines().count() <= 150, "the map is to stay short");
}

#[test]
fn links_between_documents_lead_somewhere() {
    for path in files(".md") {
        let text = fs::read_to_string(&path).unwrap();
        for target in text.split("](").skip(1).filter_map(|rest| rest.split([')', '#', ' ']).next()) {
            let is_local = !target.is_empty() && !target.contains("://") && !target.starts_with("mailto:");
            let there = path.parent().unwrap().join(target);
            assert!(!is_local || there.exists(), "{} links to {target}", shown(&path));
        }
    }
}

#[test]
fn generated_pages_are_there_and_fresh() {
    for page in ["docs/permissions.md", "docs/settings.md"] {
        assert!(root().join(page).is_file(), "{page}: its crate's own test proves it fresh");
    }
    let printed = Roster::new(["openapi"]).succeed().stdout;
    let path = root().join("docs/openapi.json");
    if env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, &printed).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == printed,
        "docs/openapi.json is stale: UPDATE_GOLDEN=1 cargo test -p roster-tests --test house"
    );
}

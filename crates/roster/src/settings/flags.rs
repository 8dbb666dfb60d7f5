use clap::{Arg, ArgMatches, Args, Command, FromArgMatches};

use super::table::{Kind, Preset};
use super::{Key, Slot};

/// The settings given as flags: one flag for each setting of the table that is no secret.
#[derive(Debug, Clone, Default)]
pub struct SettingFlags(pub Vec<(Slot, String)>);

impl FromArgMatches for SettingFlags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut flags = Self::default();
        flags.update_from_arg_matches(matches)?;
        Ok(flags)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        let named = Slot::all().filter_map(|slot| slot.flag().map(|flag| (slot, flag)));
        self.0 = named
            .filter_map(|(slot, flag)| Some((slot, matches.get_one::<String>(&flag)?.clone())))
            .collect();
        Ok(())
    }
}

impl Args for SettingFlags {
    fn augment_args(command: Command) -> Command {
        Slot::all().filter_map(flag_argument).fold(command, Command::arg)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

fn flag_argument(slot: Slot) -> Option<Arg> {
    let flag = slot.flag()?;
    let (form, help) = match slot {
        Slot::File(key) => ("FILE".to_owned(), file_help(key)),
        Slot::Value(key) => (form(key.setting().kind), value_help(key)),
    };
    let argument = Arg::new(flag.clone()).long(flag).value_name(form).help(help);
    Some(argument.global(true).hide_short_help(true).help_heading("Settings"))
}

fn form(kind: Kind) -> String {
    match kind {
        Kind::Text(form) | Kind::Url(form) | Kind::Secret(form) => form.replace(' ', "-"),
        Kind::Whole { unit: "", .. } => "number".to_owned(),
        Kind::Whole { unit, .. } => unit.to_owned(),
        Kind::List(form) => format!("{form},…"),
    }
}

fn value_help(key: Key) -> String {
    let setting = key.setting();
    let help = match setting.preset {
        Preset::Fixed(text) | Preset::Derived(text) => format!("{} [default: {text}]", setting.doc),
        Preset::Nothing => setting.doc.to_owned(),
    };
    help.replace('`', "")
}

fn file_help(key: Key) -> String {
    format!("A file that only its owner may read, with the value of {}", Slot::Value(key).variable())
}

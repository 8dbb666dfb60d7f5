//! Passwords for people: typed on standard input, or made.

use roster_domain::{Password, PersonalWords};
use roster_usecases::setup::random_password;
use roster_usecases::{Ports, values};
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use secrecy::{ExposeSecret, SecretString};
use std::io::{self, BufRead, IsTerminal, Read};

use crate::Stop;

/// No password is longer, in bytes.
const LONGEST: u64 = 4096;

/// One line of standard input as a password. Asks for it only on a terminal, which then does not show what is typed.
pub(crate) fn typed(ports: &Ports, person: PersonalWords<'_>) -> Result<Password, Stop> {
    let line = read_line().map_err(|error| Stop::Failure(format!("cannot read the password: {error}")))?;
    let text = line.expose_secret().trim_end_matches(['\r', '\n']);
    values::password(ports, text, person).map_err(|fault| Stop::Failure(format!("the password {fault}")))
}

/// A random password that the rules allow.
pub(crate) fn random(ports: &Ports, person: PersonalWords<'_>) -> Result<Password, Stop> {
    random_password(ports, person).map_err(|fault| Stop::Failure(format!("the password {fault}")))
}

fn read_line() -> io::Result<SecretString> {
    let stdin = io::stdin();
    let _quiet = if stdin.is_terminal() { Some(QuietTerminal::ask()?) } else { None };
    let mut line = String::new();
    stdin.lock().take(LONGEST).read_line(&mut line)?;
    Ok(SecretString::from(line))
}

/// A terminal that does not show what is typed, until it is dropped.
struct QuietTerminal(Termios);

impl QuietTerminal {
    fn ask() -> io::Result<Self> {
        eprint!("Password: ");
        let before = tcgetattr(io::stdin())?;
        let mut quiet = before.clone();
        quiet.local_modes.remove(LocalModes::ECHO);
        tcsetattr(io::stdin(), OptionalActions::Flush, &quiet)?;
        Ok(Self(before))
    }
}

impl Drop for QuietTerminal {
    fn drop(&mut self) {
        // Whoever typed the password pressed Enter, which was not shown either.
        eprintln!();
        let _ = tcsetattr(io::stdin(), OptionalActions::Flush, &self.0);
    }
}

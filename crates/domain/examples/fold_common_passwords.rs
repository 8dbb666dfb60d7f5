//! Writes the passwords that it reads, one a line, in the form in which `data` keeps them: folded, sorted, each once.
//!
//! How the lists are made with it is in `docs/dependencies.md`, under "Data".

use std::collections::BTreeSet;
use std::io;

use roster_domain::fold;

fn main() -> io::Result<()> {
    let passwords: BTreeSet<String> =
        io::stdin().lines().map(|line| line.map(|line| fold(&line))).collect::<io::Result<_>>()?;
    for password in passwords.iter().filter(|password| !password.is_empty()) {
        println!("{password}");
    }
    Ok(())
}

/// What was found in a database.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Examined {
    /// What is wrong, a line each: a hundred of a kind at most.
    pub wrong: Vec<String>,
    /// Each table whose rows were read, by its name, with how many there are.
    pub rows: Vec<(&'static str, u64)>,
}

/// The most lines of one kind: a database in which everything is wrong needs no list of it.
pub(crate) const MOST: usize = 100;

//! Lists as people type them: each entry once, and reading ends where there are more than are taken. What takes work is
//! in proportion to what is taken, never to what was sent.

use std::collections::HashSet;

/// How many spellings are read for each entry that is taken: one that comes twice may be written differently.
const SPELLINGS: usize = 8;

/// Why a list was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused<E> {
    /// There are more entries than are taken. How many more is not known.
    TooMany,
    /// An entry is none.
    Entry(E),
}

/// Reads at most `most` entries out of `words`, each by `read`; two are the same if `key` makes the same text of them. The
/// order is that in which they were typed.
///
/// # Errors
/// [`Refused`], for the first word that gives reason.
pub fn distinct<'a, T, E>(
    words: impl Iterator<Item = &'a str>,
    most: usize,
    read: impl Fn(&str) -> Result<T, E>,
    key: impl Fn(&T) -> String,
) -> Result<Vec<T>, Refused<E>> {
    let (mut spelled, mut known, mut entries) = (HashSet::new(), HashSet::new(), Vec::new());
    for word in words.filter(|word| !word.is_empty()) {
        if !spelled.insert(word) {
            continue;
        }
        if spelled.len() > most * SPELLINGS {
            return Err(Refused::TooMany);
        }
        let entry = read(word).map_err(Refused::Entry)?;
        if known.insert(key(&entry)) {
            if entries.len() == most {
                return Err(Refused::TooMany);
            }
            entries.push(entry);
        }
    }
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use std::{cell::Cell, convert::Infallible};

    use super::*;

    #[test]
    fn work_ends_where_too_many_are_sure() {
        let read = Cell::new(0);
        let count = |text: &str| -> Result<Vec<String>, Refused<Infallible>> {
            read.set(0);
            let one = |word: &str| {
                read.set(read.get() + 1);
                Ok(word.to_owned())
            };
            distinct(text.split('\n'), 10, one, |entry| entry.to_lowercase())
        };
        let lines = |range: std::ops::Range<usize>| range.map(|n| format!("w{n}")).collect::<Vec<_>>().join("\n");
        assert_eq!(count(&lines(0..10)).unwrap().len(), 10);
        assert_eq!(count(&lines(0..60_000)), Err(Refused::TooMany));
        assert!(read.get() <= 11, "{}", read.get());
        // The same again and again is read once.
        assert_eq!(count(&"w\n".repeat(60_000)).unwrap(), ["w"]);
        assert_eq!(read.get(), 1);
        // One entry in ten thousand spellings.
        let spelled = |n: usize| (0..14).map(|bit| if n >> bit & 1 == 1 { 'A' } else { 'a' }).collect::<String>();
        assert_eq!(count(&(0..10_000).map(spelled).collect::<Vec<_>>().join("\n")), Err(Refused::TooMany));
        assert!(read.get() <= 80, "{}", read.get());
    }

    #[test]
    fn the_first_that_is_none_is_told() {
        let number = |word: &str| word.parse::<u8>().map_err(|_| word.to_owned());
        let read = |text: &str| distinct(text.split(','), 3, number, ToString::to_string);
        assert_eq!(read("1,,2,01,1"), Ok(vec![1, 2]));
        assert_eq!(read("1,x,y"), Err(Refused::Entry("x".to_owned())));
        assert_eq!(read("1,2,3,4,x"), Err(Refused::TooMany));
        assert_eq!(read(""), Ok(vec![]));
    }
}

//! Search that forgives: case, accents, and a slip of the finger. The same for the server and for an island.

/// How well a text fits, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fit {
    /// Words of the name begin like that.
    Name,
    /// The letters are inside of words of the name.
    InName,
    /// Words of the rest, or of both together, begin like that.
    Rest,
    /// The letters are somewhere inside.
    InRest,
    /// A word of the name would begin like that, but for a slip of the finger.
    NameSlip,
    /// So would a word of the rest.
    RestSlip,
}

impl Fit {
    /// Whether it only fits if a slip of the finger is forgiven. Such texts are shown where nothing fits better.
    pub const fn is_slip(self) -> bool {
        matches!(self, Self::NameSlip | Self::RestSlip)
    }
}

/// How one word fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Hit {
    Start,
    Inside,
    Slip,
}

/// Letters of a word that are looked at; what is longer is no word that anybody mistypes.
const LONGEST: usize = 40;
/// Words that are looked for; the others count as absent.
const MOST: usize = 8;

/// What [`fit`] looks through: a name and what else is known, folded by [`super::names::fold`].
pub fn words_of(name: &str, rest: &str) -> String {
    format!("{}\n{}", super::names::fold(name), super::names::fold(rest))
}

/// How the words of a thing (see [`words_of`]) fit what was typed, folded; `None` if they do not. Each typed word has to
/// fit. Whoever types nothing finds everything.
pub fn fit(words: &str, folded_query: &str) -> Option<Fit> {
    let wanted: Vec<&str> = split(folded_query).take(MOST).collect();
    if wanted.is_empty() {
        // Signs only are found as they are.
        let sign = folded_query.trim();
        return (sign.is_empty() || words.contains(sign)).then_some(Fit::Name);
    }
    let name = words.split('\n').next().unwrap_or_default();
    match (worst(name, &wanted), worst(words, &wanted)) {
        (Some(Hit::Start), _) => Some(Fit::Name),
        (Some(Hit::Inside), _) => Some(Fit::InName),
        (_, Some(Hit::Start)) => Some(Fit::Rest),
        (_, Some(Hit::Inside)) => Some(Fit::InRest),
        (Some(Hit::Slip), _) => Some(Fit::NameSlip),
        (_, Some(Hit::Slip)) => Some(Fit::RestSlip),
        (None, None) => None,
    }
}

/// The fit of the word that fits worst, each compared with the word of the text that fits it best.
fn worst(text: &str, wanted: &[&str]) -> Option<Hit> {
    wanted.iter().try_fold(Hit::Start, |worst, wanted| {
        let best = split(text).filter_map(|word| hit(word, wanted)).min()?;
        Some(worst.max(best))
    })
}

fn split(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

fn hit(word: &str, wanted: &str) -> Option<Hit> {
    if word.starts_with(wanted) {
        return Some(Hit::Start);
    }
    // One or two letters are inside of nearly everything; two characters of Chinese are a word.
    if (wanted.chars().count() >= 3 || wanted.chars().any(|c| c >= '\u{2e80}')) && word.contains(wanted) {
        return Some(Hit::Inside);
    }
    let typed: Vec<char> = wanted.chars().take(LONGEST + 1).collect();
    let allowed = forgiven(typed.len());
    if allowed == 0 || typed.len() > LONGEST {
        return None;
    }
    let letters: Vec<char> = word.chars().take(LONGEST).collect();
    // Whoever types has not finished: the nearest beginning of the word counts, the whole word being one.
    let nearest = distances(&typed, &letters).into_iter().min()?;
    (nearest <= allowed).then_some(Hit::Slip)
}

/// How many slips are forgiven in a word of so many letters.
const fn forgiven(letters: usize) -> usize {
    match letters {
        0..=3 => 0,
        4..=7 => 1,
        _ => 2,
    }
}

/// The distance from `typed` to each beginning of `word`, the empty one first: how many letters were left out, put in,
/// mistaken, or swapped with their neighbour (Damerau and Levenshtein, each letter touched once).
fn distances(typed: &[char], word: &[char]) -> Vec<usize> {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=word.len()).collect();
    for (row, letter) in typed.iter().enumerate() {
        let mut this = Vec::with_capacity(word.len() + 1);
        this.push(row + 1);
        for (column, other) in word.iter().enumerate() {
            let mut least =
                (last[column] + usize::from(letter != other)).min(last[column + 1] + 1).min(this[column] + 1);
            if row > 0 && column > 0 && *letter == word[column - 1] && typed[row - 1] == *other {
                least = least.min(before[column - 1] + 1);
            }
            this.push(least);
        }
        before = std::mem::replace(&mut last, this);
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::names::fold;

    fn fits(name: &str, rest: &str, typed: &str) -> Option<Fit> {
        fit(&words_of(name, rest), &fold(typed))
    }

    #[test]
    fn what_is_found_and_how_well() {
        for (name, rest, typed, expected) in [
            ("Design review", "", "", Some(Fit::Name)),
            ("Design review", "", "rev des", Some(Fit::Name)),
            ("Design review", "", "DÉSIGN", Some(Fit::Name)),
            ("Design review", "", "view", Some(Fit::InName)),
            ("Design review", "", "ew", None),
            ("Design review", "Comment on drawings", "draw", Some(Fit::Rest)),
            ("Design review", "Comment on drawings", "design draw", Some(Fit::Rest)),
            ("Design review", "Comment on drawings", "awing", Some(Fit::InRest)),
            ("Design review", "", "desgin", Some(Fit::NameSlip)),
            ("Design review", "", "desing reveiw", Some(Fit::NameSlip)),
            ("Design review", "", "dezign", Some(Fit::NameSlip)),
            // As somebody types on, it stays.
            ("Calendar", "", "cala", Some(Fit::NameSlip)),
            ("Calendar", "", "calanda", Some(Fit::NameSlip)),
            ("Calendar", "", "kalandar", Some(Fit::NameSlip)),
            ("Calendar", "", "kalondur", None),
            ("Calendar", "Rooms and people", "peaple", Some(Fit::RestSlip)),
            ("Map", "", "mup", None),
            ("Weiß & Söhne", "", "weiss sohne", Some(Fit::Name)),
            ("R&D", "", "d", Some(Fit::Name)),
            ("C++", "", "++", Some(Fit::Name)),
            ("Java", "", "++", None),
            ("勤怠管理", "", "管理", Some(Fit::InName)),
            ("مراجعة التصميم", "", "التصميم", Some(Fit::Name)),
            ("Design review", "", "nobody calls an app like this", None),
        ] {
            assert_eq!(fits(name, rest, typed), expected, "{name:?} {rest:?} {typed:?}");
        }
        assert!(Fit::Name < Fit::InName && Fit::InRest < Fit::NameSlip);
        assert!(Fit::NameSlip.is_slip() && !Fit::InRest.is_slip());
    }

    #[test]
    fn any_text_is_looked_through_without_fail() {
        for typed in ["\u{0}", "  ", "%_\\'", "\u{202e}abc", &"x".repeat(10_000), &"wort ".repeat(2000)] {
            let _ = fits("Design review", "Some \u{0} words", typed);
            let _ = fits(typed, typed, "design");
        }
    }

    /// The definition, written down plainly: the cheapest of all ways to turn one into the other.
    fn plain(a: &[char], b: &[char]) -> usize {
        let (Some((x, rest_a)), Some((y, rest_b))) = (a.split_last(), b.split_last()) else { return a.len() + b.len() };
        let mut least =
            (plain(rest_a, rest_b) + usize::from(x != y)).min(plain(rest_a, b) + 1).min(plain(a, rest_b) + 1);
        if let ([head_a @ .., p, q], [head_b @ .., r, s]) = (a, b)
            && p == s
            && q == r
        {
            least = least.min(plain(head_a, head_b) + 1);
        }
        least
    }

    fn distance(a: &[char], b: &[char]) -> usize {
        *distances(a, b).last().expect("the whole word is one of its beginnings")
    }

    /// Words of up to six of three letters, one after the other: enough for every rule to meet every other.
    fn words(count: u32) -> impl Iterator<Item = Vec<char>> {
        (0..count).map(|number| {
            // A fixed scramble, so that neighbours differ.
            let mut bits = number.wrapping_mul(2_654_435_761) ^ (number << 7);
            let length = (bits % 7) as usize;
            (0..length)
                .map(|_| {
                    bits = bits.wrapping_mul(1_103_515_245).wrapping_add(12_345);
                    ['a', 'b', 'ß'][(bits >> 16) as usize % 3]
                })
                .collect()
        })
    }

    #[test]
    fn distances_are_those_of_the_definition_in_both_directions() {
        let words: Vec<_> = words(60).collect();
        for a in &words {
            assert_eq!(distance(a, a), 0);
            for b in &words {
                let all = distances(a, b);
                assert_eq!(all.len(), b.len() + 1);
                for (length, found) in all.iter().enumerate() {
                    assert_eq!(*found, plain(a, &b[..length]), "{a:?} {:?}", &b[..length]);
                }
                assert_eq!(distance(a, b), distance(b, a), "{a:?} {b:?}");
                assert_eq!(distance(a, b) == 0, a == b);
                assert!(distance(a, b) <= a.len().max(b.len()));
            }
        }
    }

    #[test]
    fn one_slip_in_any_word_of_four_letters_is_forgiven() {
        for word in ["plan", "travel", "calendar", "reviews"] {
            let letters: Vec<char> = word.chars().collect();
            for at in 0..letters.len() {
                let mut left_out = letters.clone();
                left_out.remove(at);
                let mut put_in = letters.clone();
                put_in.insert(at, 'x');
                let mut mistaken = letters.clone();
                mistaken[at] = 'x';
                let mut swapped = letters.clone();
                if at > 0 {
                    swapped.swap(at, at - 1);
                }
                for slip in [left_out, put_in, mistaken, swapped] {
                    let typed: String = slip.iter().collect();
                    let found = fits(word, "", &typed);
                    assert!(found.is_some() || slip.len() < 4, "{typed} finds {word}");
                }
            }
        }
    }
}

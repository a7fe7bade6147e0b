//! Putting things into an order of one's own, one step at a time.

use uuid::Uuid;

use super::state::text_enum;

text_enum! {
    /// Where something goes from its place.
    Step { First = "first", Up = "up", Down = "down", Last = "last" }
}

/// Where something goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// A step, seen from its place. At the end of the list it stays.
    Step(Step),
    /// Right before another.
    Before(Uuid),
    /// Right after another.
    After(Uuid),
}

impl Move {
    /// Reads what a form says: `to` is a step, or `before` or `after` with the id of the `other`.
    pub fn read(to: &str, other: &str) -> Option<Self> {
        match to {
            "before" => other.parse().ok().map(Self::Before),
            "after" => other.parse().ok().map(Self::After),
            step => step.parse().ok().map(Self::Step),
        }
    }
}

/// The order after a move; `None` if `item`, or the other, is not in it.
pub fn moved(order: &[Uuid], item: Uuid, to: Move) -> Option<Vec<Uuid>> {
    let from = order.iter().position(|id| *id == item)?;
    let mut order = order.to_vec();
    order.remove(from);
    let place = |order: &[Uuid], other: Uuid| order.iter().position(|id| *id == other);
    let to = match to {
        Move::Step(Step::First) => 0,
        Move::Step(Step::Up) => from.saturating_sub(1),
        Move::Step(Step::Down) => (from + 1).min(order.len()),
        Move::Step(Step::Last) => order.len(),
        Move::Before(other) | Move::After(other) if other == item => from,
        Move::Before(other) => place(&order, other)?,
        Move::After(other) => place(&order, other)? + 1,
    };
    order.insert(to, item);
    Some(order)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u128) -> Uuid {
        Uuid::from_u128(number)
    }

    #[test]
    fn moves() {
        let order: Vec<Uuid> = (1..=4).map(id).collect();
        for (item, to, expected) in [
            (2, Move::Step(Step::Up), Some([2, 1, 3, 4])),
            (1, Move::Step(Step::Up), Some([1, 2, 3, 4])),
            (2, Move::Step(Step::Down), Some([1, 3, 2, 4])),
            (4, Move::Step(Step::Down), Some([1, 2, 3, 4])),
            (3, Move::Step(Step::First), Some([3, 1, 2, 4])),
            (1, Move::Step(Step::Last), Some([2, 3, 4, 1])),
            (1, Move::Before(id(4)), Some([2, 3, 1, 4])),
            (1, Move::After(id(4)), Some([2, 3, 4, 1])),
            (4, Move::Before(id(1)), Some([4, 1, 2, 3])),
            (3, Move::After(id(3)), Some([1, 2, 3, 4])),
            (1, Move::After(id(9)), None),
            (9, Move::Step(Step::First), None),
        ] {
            let expected = expected.map(|order| order.map(id).to_vec());
            assert_eq!(moved(&order, id(item), to), expected, "{item} {to:?}");
        }
        assert_eq!(moved(&[], id(1), Move::Step(Step::Up)), None);
    }

    #[test]
    fn moves_are_read_from_forms() {
        let other = id(7).to_string();
        assert_eq!(Move::read("up", ""), Some(Move::Step(Step::Up)));
        assert_eq!(Move::read("before", &other), Some(Move::Before(id(7))));
        assert_eq!(Move::read("after", "nobody"), None);
        assert_eq!(Move::read("sideways", &other), None);
    }
}

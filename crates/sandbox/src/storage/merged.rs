//! Two ordered rows read as one.
//!
//! Takes two iterators, each ascending, without a common item; returns one that
//! ascends through both and can be read from either end. Knows nothing of what
//! it merges.

/// Both rows in one order.
pub(crate) struct Merged<One: Iterator, Other: Iterator<Item = One::Item>> {
    one: Ends<One>,
    other: Ends<Other>,
}

/// A row of which the next item of either end has been looked at.
struct Ends<Row: Iterator> {
    row: Row,
    first: Option<Row::Item>,
    last: Option<Row::Item>,
}

impl<Row: DoubleEndedIterator> Ends<Row> {
    fn new(row: Row) -> Self {
        Self {
            row,
            first: None,
            last: None,
        }
    }

    /// Looks at the first item, which may be the one that was seen as the last.
    fn look_first(&mut self) -> Option<&Row::Item> {
        if self.first.is_none() {
            self.first = self.row.next().or_else(|| self.last.take());
        }
        self.first.as_ref()
    }

    fn look_last(&mut self) -> Option<&Row::Item> {
        if self.last.is_none() {
            self.last = self.row.next_back().or_else(|| self.first.take());
        }
        self.last.as_ref()
    }
}

impl<One, Other> Merged<One, Other>
where
    One: DoubleEndedIterator,
    Other: DoubleEndedIterator<Item = One::Item>,
{
    pub(crate) fn new(one: One, other: Other) -> Self {
        Self {
            one: Ends::new(one),
            other: Ends::new(other),
        }
    }
}

impl<One, Other> Iterator for Merged<One, Other>
where
    One: DoubleEndedIterator,
    Other: DoubleEndedIterator<Item = One::Item>,
    One::Item: Ord,
{
    type Item = One::Item;

    fn next(&mut self) -> Option<One::Item> {
        match (self.one.look_first(), self.other.look_first()) {
            (Some(one), Some(other)) if one < other => self.one.first.take(),
            (_, Some(_)) => self.other.first.take(),
            (_, None) => self.one.first.take(),
        }
    }
}

impl<One, Other> DoubleEndedIterator for Merged<One, Other>
where
    One: DoubleEndedIterator,
    Other: DoubleEndedIterator<Item = One::Item>,
    One::Item: Ord,
{
    fn next_back(&mut self) -> Option<One::Item> {
        match (self.one.look_last(), self.other.look_last()) {
            (Some(one), Some(other)) if one > other => self.one.last.take(),
            (_, Some(_)) => self.other.last.take(),
            (_, None) => self.one.last.take(),
        }
    }
}

/// Rows without a common item, each in one direction, read as one.
pub(crate) fn joined<'a, Item: Ord + Copy + 'a>(
    rows: Vec<Box<dyn Iterator<Item = Item> + 'a>>,
    ascending: bool,
) -> Box<dyn Iterator<Item = Item> + 'a> {
    let mut rows: Vec<_> = rows.into_iter().map(Iterator::peekable).collect();
    Box::new(std::iter::from_fn(move || {
        let heads = rows.iter_mut().enumerate();
        let heads = heads.filter_map(|(row, items)| Some((*items.peek()?, row)));
        let (_, row) = if ascending { heads.min() } else { heads.max() }?;
        rows[row].next()
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_rows_are_read_as_one_in_either_direction() {
        let rows = |turned: bool| {
            [vec![2, 5], vec![], vec![1, 3, 9], vec![4]].map(|mut row| {
                if turned {
                    row.reverse();
                }
                Box::new(row.into_iter()) as Box<dyn Iterator<Item = i32>>
            })
        };
        assert!(joined(rows(false).into(), true).eq([1, 2, 3, 4, 5, 9]));
        assert!(joined(rows(true).into(), false).eq([9, 5, 4, 3, 2, 1]));
    }

    #[test]
    fn two_rows_are_read_as_one_from_either_end_and_from_both() {
        let merged = || Merged::new([1, 4, 6, 9].into_iter(), [2, 3, 7].into_iter());
        let all = [1, 2, 3, 4, 6, 7, 9];
        assert_eq!(merged().collect::<Vec<_>>(), all);
        assert!(merged().rev().eq(all.into_iter().rev()));
        for fronts in 0..=all.len() {
            let mut both = merged();
            let begin: Vec<_> = both.by_ref().take(fronts).collect();
            let mut end: Vec<_> = both.by_ref().rev().collect();
            end.reverse();
            assert_eq!([begin, end].concat(), all);
            assert_eq!((both.next(), both.next_back()), (None, None));
        }
        let mut turns = merged();
        let seen: Vec<_> = std::iter::from_fn(|| Some([turns.next()?, turns.next_back()?]))
            .flatten()
            .collect();
        assert_eq!(seen, [1, 9, 2, 7, 3, 6]);
    }
}

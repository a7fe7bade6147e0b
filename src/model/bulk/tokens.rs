//! From letters to rows of fields, by RFC 4180, piece by piece. `csv-core` does the quoting; this adds what it leaves to
//! others: line numbers, limits, and a word about a quote that was never closed.

use csv_core::ReadRecordResult;

use super::{
    LONGEST_ROW, MOST_COLUMNS,
    reader::{FileError, RawRow},
};

/// Splits text into rows. Empty lines are no rows.
pub(super) struct Tokens {
    core: csv_core::Reader,
    fields: Vec<u8>,
    filled: usize,
    ends: Vec<usize>,
    ended: usize,
    /// The line that is being read, from 1.
    line: u32,
    /// The line in which the present row begins.
    begun: u32,
    /// Whether a row has begun.
    inside: bool,
    /// Whether the last letter was a carriage return, which counted as a line already.
    after_return: bool,
    /// Quotes in the present row. In a row that is as it should be they are even.
    quotes: usize,
}

impl Tokens {
    pub fn new(delimiter: u8, line: u32) -> Self {
        Self {
            core: csv_core::ReaderBuilder::new().delimiter(delimiter).build(),
            fields: vec![0; 4096],
            filled: 0,
            ends: vec![0; MOST_COLUMNS],
            ended: 0,
            line,
            begun: line,
            inside: false,
            after_return: false,
            quotes: 0,
        }
    }

    /// Appends the rows that the next piece completes.
    pub fn push(&mut self, text: &str, rows: &mut Vec<RawRow>) -> Result<(), FileError> {
        let mut input = text.as_bytes();
        while !input.is_empty() {
            if !self.inside {
                let empty = input.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
                self.count(&input[..empty]);
                input = &input[empty..];
                if input.is_empty() {
                    return Ok(());
                }
                self.begun = self.line;
                self.inside = true;
            }
            let (result, read) = self.step(input);
            self.count(&input[..read]);
            input = &input[read..];
            self.settle(result, rows)?;
        }
        Ok(())
    }

    /// The end of the file: its last line may have no end of its own.
    pub fn finish(&mut self, rows: &mut Vec<RawRow>) -> Result<(), FileError> {
        if self.inside && self.quotes % 2 == 1 && self.line > self.begun {
            return Err(FileError::QuoteOpen { line: self.begun });
        }
        while self.inside {
            let (result, _) = self.step(&[]);
            if result == ReadRecordResult::End {
                self.inside = false;
            }
            self.settle(result, rows)?;
        }
        Ok(())
    }

    fn step(&mut self, input: &[u8]) -> (ReadRecordResult, usize) {
        let (result, read, written, ended) =
            self.core.read_record(input, &mut self.fields[self.filled..], &mut self.ends[self.ended..]);
        self.filled += written;
        self.ended += ended;
        (result, read)
    }

    fn settle(&mut self, result: ReadRecordResult, rows: &mut Vec<RawRow>) -> Result<(), FileError> {
        match result {
            ReadRecordResult::InputEmpty | ReadRecordResult::End => {}
            ReadRecordResult::OutputFull if self.fields.len() >= LONGEST_ROW => {
                let line = self.begun;
                return Err(if self.quotes % 2 == 1 && self.line > line {
                    FileError::QuoteOpen { line }
                } else {
                    FileError::RowTooLong { line }
                });
            }
            ReadRecordResult::OutputFull => self.fields.resize((self.fields.len() * 2).min(LONGEST_ROW), 0),
            ReadRecordResult::OutputEndsFull => return Err(FileError::RowTooLong { line: self.begun }),
            ReadRecordResult::Record => {
                let mut from = 0;
                let fields = self.ends[..self.ended].iter().map(|end| {
                    let field = String::from_utf8_lossy(&self.fields[from..*end]).into_owned();
                    from = *end;
                    field
                });
                let row = RawRow { number: self.begun, fields: fields.collect() };
                // Excel leaves rows of nothing but separators.
                if row.fields.iter().any(|field| !field.trim().is_empty()) {
                    rows.push(row);
                }
                (self.filled, self.ended, self.inside, self.quotes) = (0, 0, false, 0);
            }
        }
        Ok(())
    }

    fn count(&mut self, read: &[u8]) {
        for byte in read {
            match byte {
                b'\n' if self.after_return => {}
                b'\n' | b'\r' => self.line = self.line.saturating_add(1),
                b'"' => self.quotes += 1,
                _ => {}
            }
            self.after_return = *byte == b'\r';
        }
    }
}

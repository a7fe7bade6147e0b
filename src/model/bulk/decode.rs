//! From bytes to letters, piece by piece, without knowing the encoding beforehand.

use encoding_rs::{CoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// Decodes a text file as it arrives. A byte order mark tells UTF-8 and UTF-16. Without one, the first letter beyond ASCII
/// decides between UTF-8 and Windows-1252, in which Excel saves on many machines; so it needs no look ahead.
pub struct Decoder(Stage);

enum Stage {
    /// Fewer than three bytes have come: there may still be a mark.
    Beginning(Vec<u8>),
    /// Only ASCII so far, but for the beginning of one letter.
    Ascii(Vec<u8>),
    /// The encoding is known.
    Known(encoding_rs::Decoder),
}

impl Default for Decoder {
    fn default() -> Self {
        Self(Stage::Beginning(Vec::new()))
    }
}

impl Decoder {
    /// Appends the letters of the next piece. What is no letter of the encoding becomes U+FFFD. After `last` nothing
    /// may follow.
    pub fn push(&mut self, bytes: &[u8], last: bool, text: &mut String) {
        match &mut self.0 {
            Stage::Beginning(begun) => {
                begun.extend_from_slice(bytes);
                if begun.len() >= 3 || last {
                    let begun = std::mem::take(begun);
                    let (known, rest) = match Encoding::for_bom(&begun) {
                        Some((encoding, mark)) => (Some(encoding), &begun[mark..]),
                        None => (None, &begun[..]),
                    };
                    self.0 = known.map_or_else(|| Stage::Ascii(Vec::new()), known_as);
                    self.push(rest, last, text);
                }
            }
            Stage::Ascii(carried) => {
                let mut bytes = bytes;
                let whole;
                if !carried.is_empty() {
                    carried.extend_from_slice(bytes);
                    whole = std::mem::take(carried);
                    bytes = &whole;
                }
                let plain = Encoding::ascii_valid_up_to(bytes);
                // ASCII is UTF-8, so nothing is lost here.
                text.push_str(std::str::from_utf8(&bytes[..plain]).unwrap_or_default());
                let rest = &bytes[plain..];
                if rest.is_empty() {
                    return;
                }
                let letter = &rest[..rest.len().min(4)];
                let (begins, incomplete) = match std::str::from_utf8(letter) {
                    Ok(_) => (true, false),
                    Err(error) => (error.valid_up_to() > 0, error.valid_up_to() == 0 && error.error_len().is_none()),
                };
                if incomplete && !last {
                    *carried = rest.to_vec();
                    return;
                }
                let rest = rest.to_vec();
                self.0 = known_as(if begins { UTF_8 } else { WINDOWS_1252 });
                self.push(&rest, last, text);
            }
            Stage::Known(decoder) => decode(decoder, bytes, last, text),
        }
    }
}

fn known_as(encoding: &'static Encoding) -> Stage {
    debug_assert!([UTF_8, UTF_16LE, UTF_16BE, WINDOWS_1252].contains(&encoding));
    Stage::Known(encoding.new_decoder_without_bom_handling())
}

fn decode(decoder: &mut encoding_rs::Decoder, mut bytes: &[u8], last: bool, text: &mut String) {
    loop {
        text.reserve(decoder.max_utf8_buffer_length(bytes.len()).unwrap_or(bytes.len()).max(16));
        let (result, read, _) = decoder.decode_to_string(bytes, text, last);
        bytes = &bytes[read..];
        if result == CoderResult::InputEmpty {
            return;
        }
    }
}

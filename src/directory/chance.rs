//! Randomness, handed in.

use rand::TryRngCore;

/// Gives bytes that nobody can guess.
pub trait Random: Send + Sync {
    /// 32 fresh random bytes.
    fn bytes(&self) -> [u8; 32];
}

/// The operating system's source.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    /// # Panics
    /// If the operating system has no randomness to give: going on would make secrets that can be guessed.
    fn bytes(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        if let Err(error) = rand::rngs::OsRng.try_fill_bytes(&mut bytes) {
            panic!("the operating system gives no random bytes: {error}");
        }
        bytes
    }
}

//! Values that nobody may print: no Display, no Serialize, a blank Debug, wiped when dropped.

use zeroize::Zeroize;

/// Holds a value in the clear for as short as possible. The only way to it is [`Secret::expose`], and a test lists the
/// rooms that may call that.
pub struct Secret<T: Zeroize>(T);

impl<T: Zeroize> Secret<T> {
    pub fn new(value: T) -> Self {
        Secret(value)
    }

    /// Hands out the value in the clear. Call it at the last moment and keep nothing of it.
    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl<T: Zeroize + Clone> Clone for Secret<T> {
    fn clone(&self) -> Self {
        Secret(self.0.clone())
    }
}

impl<T: Zeroize> std::fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

impl<T: Zeroize> Drop for Secret<T> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_is_blank() {
        assert_eq!(format!("{:?}", Secret::new("canary".to_owned())), "Secret");
    }

    #[test]
    fn it_is_wiped_when_dropped() {
        struct Told<'a>(&'a std::cell::Cell<bool>);
        impl Zeroize for Told<'_> {
            fn zeroize(&mut self) {
                self.0.set(true);
            }
        }
        let wiped = std::cell::Cell::new(false);
        drop(Secret::new(Told(&wiped)));
        assert!(wiped.get());
    }
}

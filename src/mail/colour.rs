//! The organization's colour for mail clients, which know hexadecimal sRGB only.

use serde::Serialize;

/// The least contrast of text on its ground (WCAG 2.2, 1.4.3).
pub const LEAST_CONTRAST: f64 = 4.5;

/// Strongest chroma of the organization's colour, in thousandths.
const STRONGEST: u16 = 150;

/// A colour of sRGB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rgb(pub u8, pub u8, pub u8);

/// White, the colour of text on the band and on the button.
pub const WHITE: Rgb = Rgb(255, 255, 255);

impl Rgb {
    /// The nearest colour that screens can show for an OKLCH colour: lightness 0 to 1, chroma, hue in degrees.
    /// Lightness and hue are kept; chroma gives way.
    pub fn from_oklch(lightness: f64, chroma: f64, hue: f64) -> Self {
        let linear = |chroma| linear_srgb(lightness, chroma, hue);
        let mut kept = chroma;
        if !in_gamut(linear(chroma)) {
            let (mut inside, mut outside) = (0.0, chroma);
            // Twenty halvings are far finer than one step of eight bits.
            for _ in 0..20 {
                let middle = f64::midpoint(inside, outside);
                if in_gamut(linear(middle)) { inside = middle } else { outside = middle }
            }
            kept = inside;
        }
        let [r, g, b] = linear(kept).map(encode);
        Self(r, g, b)
    }

    /// The contrast between two colours, 1 to 21 (WCAG 2.2, "contrast ratio").
    pub fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    fn luminance(self) -> f64 {
        0.2126 * decode(self.0) + 0.7152 * decode(self.1) + 0.0722 * decode(self.2)
    }
}

impl std::fmt::Display for Rgb {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }
}

impl Serialize for Rgb {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Every colour of a mail. The tokens of `style/`, computed.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Palette {
    /// The band at the top, under white text.
    pub band: Rgb,
    /// The mark on the band, under white text.
    pub mark: Rgb,
    /// The button, under white text. The same in light and dark.
    pub button: Rgb,
    /// Colours on light ground.
    pub light: Ground,
    /// Colours on dark ground.
    pub dark: Ground,
}

/// The colours of one ground.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Ground {
    /// Around the letter.
    pub page: Rgb,
    /// The letter.
    pub surface: Rgb,
    /// Behind the inviter's words, and behind the code.
    pub soft: Rgb,
    /// The rule beside the inviter's words.
    pub edge: Rgb,
    /// Thin lines.
    pub line: Rgb,
    /// Text.
    pub text: Rgb,
    /// Text of less weight.
    pub muted: Rgb,
    /// Links.
    pub link: Rgb,
}

impl Palette {
    /// The palette for a hue (degrees) and a chroma (thousandths), as the settings hold them.
    pub fn new(hue: u16, chroma: u16) -> Self {
        let hue = f64::from(hue % 360);
        let chroma = f64::from(chroma.min(STRONGEST)) / 1000.0;
        let at = |lightness, chroma| Rgb::from_oklch(lightness, chroma, hue);
        Self {
            band: under(WHITE, 0.41, chroma, hue),
            mark: under(WHITE, 0.50, chroma, hue),
            button: under(WHITE, 0.48, chroma, hue),
            light: Ground {
                page: at(0.965, 0.004),
                surface: WHITE,
                soft: at(0.97, chroma.min(0.012)),
                edge: at(0.75, chroma.min(0.07)),
                line: at(0.915, 0.006),
                text: at(0.23, 0.012),
                muted: at(0.47, 0.012),
                link: under(WHITE, 0.45, chroma, hue),
            },
            dark: Ground {
                page: at(0.175, 0.008),
                surface: at(0.215, 0.009),
                soft: at(0.27, chroma.min(0.02)),
                edge: at(0.50, chroma.min(0.07)),
                line: at(0.31, 0.01),
                text: at(0.95, 0.004),
                muted: at(0.74, 0.01),
                link: at(0.80, chroma.min(0.1)),
            },
        }
    }
}

/// A ground that carries text: as light as asked for, or darker, until the text can be read.
fn under(text: Rgb, lightness: f64, chroma: f64, hue: f64) -> Rgb {
    let mut lightness = lightness;
    loop {
        let ground = Rgb::from_oklch(lightness, chroma, hue);
        if lightness <= 0.0 || ground.contrast(text) >= LEAST_CONTRAST {
            return ground;
        }
        lightness -= 0.01;
    }
}

/// OKLCH to linear sRGB (Björn Ottosson's matrices, as in CSS Color 4).
fn linear_srgb(lightness: f64, chroma: f64, hue: f64) -> [f64; 3] {
    let (sin, cos) = hue.to_radians().sin_cos();
    let (a, b) = (chroma * cos, chroma * sin);
    let l = (lightness + 0.396_337_777_4 * a + 0.215_803_757_3 * b).powi(3);
    let m = (lightness - 0.105_561_345_8 * a - 0.063_854_172_8 * b).powi(3);
    let s = (lightness - 0.089_484_177_5 * a - 1.291_485_548_0 * b).powi(3);
    [
        4.076_741_662_1 * l - 3.307_711_591_3 * m + 0.230_969_929_2 * s,
        -1.268_438_004_6 * l + 2.609_757_401_1 * m - 0.341_319_396_5 * s,
        -0.004_196_086_3 * l - 0.703_418_614_7 * m + 1.707_614_701_0 * s,
    ]
}

fn in_gamut(linear: [f64; 3]) -> bool {
    // White and grey may miss the bounds by rounding alone.
    linear.iter().all(|channel| (-1e-6..=1.0 + 1e-6).contains(channel))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0..=255 before the cast")]
fn encode(linear: f64) -> u8 {
    let curved = if linear <= 0.003_130_8 { 12.92 * linear } else { 1.055 * linear.powf(1.0 / 2.4) - 0.055 };
    (curved * 255.0).round().clamp(0.0, 255.0) as u8
}

fn decode(channel: u8) -> f64 {
    let curved = f64::from(channel) / 255.0;
    if curved <= 0.040_45 { curved / 12.92 } else { ((curved + 0.055) / 1.055).powf(2.4) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_colours_convert() {
        // Values of CSS Color 4 and of Chromium.
        assert_eq!(Rgb::from_oklch(1.0, 0.0, 0.0), WHITE);
        assert_eq!(Rgb::from_oklch(0.0, 0.0, 0.0), Rgb(0, 0, 0));
        assert_eq!(Rgb::from_oklch(0.627_955, 0.257_683, 29.233_885).to_string(), "#ff0000");
        assert_eq!(Rgb::from_oklch(0.519_752, 0.176_858, 142.495_4).to_string(), "#008000");
        assert_eq!(Rgb::from_oklch(0.452_014, 0.313_214, 264.052_02).to_string(), "#0000ff");
    }

    #[test]
    fn contrast_is_that_of_wcag() {
        assert!((Rgb(0, 0, 0).contrast(WHITE) - 21.0).abs() < 1e-9);
        // #767676 is the lightest grey that white can be read on.
        assert!(Rgb(0x76, 0x76, 0x76).contrast(WHITE) >= LEAST_CONTRAST);
        assert!(Rgb(0x77, 0x77, 0x77).contrast(WHITE) < LEAST_CONTRAST);
    }

    #[test]
    fn every_organization_can_be_read() {
        for hue in 0..360 {
            for chroma in (0..=150).step_by(15).chain([u16::MAX]) {
                let palette = Palette::new(hue, chroma);
                for ground in [palette.band, palette.mark, palette.button] {
                    assert!(ground.contrast(WHITE) >= LEAST_CONTRAST, "{hue} {chroma} {ground}");
                }
                for ground in [palette.light, palette.dark] {
                    for text in [ground.text, ground.muted, ground.link] {
                        for behind in [ground.surface, ground.page, ground.soft] {
                            let contrast = text.contrast(behind);
                            assert!(contrast >= LEAST_CONTRAST, "{hue} {chroma} {text} on {behind}: {contrast}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn a_text_that_cannot_be_read_darkens_its_ground() {
        assert!(under(WHITE, 0.9, 0.15, 110.0).contrast(WHITE) >= LEAST_CONTRAST);
    }
}

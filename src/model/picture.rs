//! Pictures of groups and apps. What is uploaded is decoded and drawn anew, so that nothing of the file itself, no
//! metadata, no script and no second format in it, ever reaches anybody else.

use std::io::Cursor;

use image::{
    DynamicImage, ImageDecoder as _, ImageError, ImageFormat, ImageReader, Limits, codecs::jpeg::JpegEncoder,
    imageops::FilterType,
};

use super::Code;

/// Largest file, in bytes.
pub const LARGEST_FILE: usize = 2 * 1024 * 1024;
/// Longest side that is looked at, in pixels.
const LONGEST_SIDE: u32 = 4000;
/// Side of what is kept, in pixels.
const SIDE: u32 = 256;
/// How much memory decoding may take, in bytes: such a picture twice over.
const MOST_MEMORY: u64 = 160 * 1024 * 1024;

/// A small square picture. Only [`Picture::from_file`] makes one.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    media_type: &'static str,
    bytes: Vec<u8>,
}

impl Picture {
    /// Reads a PNG, JPEG or WebP file, cuts its middle to a square of at most 256 pixels a side, and draws it anew. Takes
    /// a while: not for threads that others wait for.
    ///
    /// # Errors
    /// [`Code::PictureTooLarge`] and [`Code::PictureInvalid`].
    pub fn from_file(file: &[u8]) -> Result<Self, Code> {
        if file.len() > LARGEST_FILE {
            return Err(Code::PictureTooLarge);
        }
        let mut reader = ImageReader::new(Cursor::new(file)).with_guessed_format().map_err(|_| Code::PictureInvalid)?;
        if !matches!(reader.format(), Some(ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP)) {
            return Err(Code::PictureInvalid);
        }
        let mut limits = Limits::default();
        limits.max_image_width = Some(LONGEST_SIDE);
        limits.max_image_height = Some(LONGEST_SIDE);
        limits.max_alloc = Some(MOST_MEMORY);
        reader.limits(limits);
        let mut decoder = reader.into_decoder().map_err(|error| code(&error))?;
        let (width, height) = decoder.dimensions();
        if width > LONGEST_SIDE || height > LONGEST_SIDE {
            return Err(Code::PictureTooLarge);
        }
        // Telephones turn pictures by a note in the file, which is lost here.
        let orientation = decoder.orientation().map_err(|error| code(&error))?;
        let mut picture = DynamicImage::from_decoder(decoder).map_err(|error| code(&error))?;
        picture.apply_orientation(orientation);
        let side = picture.width().min(picture.height());
        if side == 0 {
            return Err(Code::PictureInvalid);
        }
        let (x, y) = ((picture.width() - side) / 2, (picture.height() - side) / 2);
        let mut square = picture.crop_imm(x, y, side, side);
        if side > SIDE {
            square = square.resize_exact(SIDE, SIDE, FilterType::Triangle);
        }
        Self::drawn(&square).map_err(|error| code(&error))
    }

    /// What can be seen through stays so; everything else is smaller as JPEG.
    fn drawn(square: &DynamicImage) -> Result<Self, ImageError> {
        let mut bytes = Vec::new();
        let seen_through = square.color().has_alpha() && square.to_rgba8().pixels().any(|pixel| pixel.0[3] < u8::MAX);
        if seen_through {
            square.to_rgba8().write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png)?;
            return Ok(Self { media_type: "image/png", bytes });
        }
        square.to_rgb8().write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, 88))?;
        Ok(Self { media_type: "image/jpeg", bytes })
    }

    /// `image/png` or `image/jpeg`.
    pub const fn media_type(&self) -> &'static str {
        self.media_type
    }

    /// The file that is kept.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

const fn code(error: &ImageError) -> Code {
    match error {
        ImageError::Limits(_) => Code::PictureTooLarge,
        _ => Code::PictureInvalid,
    }
}

#[cfg(test)]
mod tests {
    use image::{GenericImageView as _, Rgba, RgbaImage};

    use super::*;

    fn file(picture: &RgbaImage, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Vec::new();
        let picture = DynamicImage::ImageRgba8(picture.clone());
        // JPEG has no transparency.
        let picture = if format == ImageFormat::Jpeg { picture.to_rgb8().into() } else { picture };
        picture.write_to(&mut Cursor::new(&mut bytes), format).expect("it is drawn");
        bytes
    }

    #[test]
    fn a_picture_becomes_a_small_square() {
        let wide =
            RgbaImage::from_fn(900, 300, |x, _| if x / 300 == 1 { Rgba([200, 30, 30, 255]) } else { Rgba([0; 4]) });
        for format in [ImageFormat::Png, ImageFormat::WebP] {
            let kept = Picture::from_file(&file(&wide, format)).expect("a picture");
            let drawn = image::load_from_memory(kept.bytes()).expect("it can be read");
            assert_eq!(drawn.dimensions(), (256, 256));
            // Its middle, which nobody sees through.
            assert_eq!(kept.media_type(), "image/jpeg");
            assert!(drawn.get_pixel(128, 128).0[0] > 180, "the red middle");
        }
        let small = RgbaImage::from_pixel(40, 60, Rgba([0, 0, 200, 90]));
        let kept = Picture::from_file(&file(&small, ImageFormat::Png)).expect("a picture");
        assert_eq!(kept.media_type(), "image/png");
        assert_eq!(image::load_from_memory(kept.bytes()).expect("it can be read").dimensions(), (40, 40));
    }

    #[test]
    fn nothing_of_the_file_is_kept_beside_the_picture() {
        let mut jpeg = file(&RgbaImage::from_pixel(64, 64, Rgba([9, 99, 9, 255])), ImageFormat::Jpeg);
        // A comment, right after the start of the file, and something behind its end.
        let comment = b"<script>alert('secret place')</script>";
        let mut segment = vec![0xff, 0xfe, 0, u8::try_from(comment.len() + 2).expect("short")];
        segment.extend(comment);
        jpeg.splice(2..2, segment);
        jpeg.extend(b"<?php secret place ?>");
        let kept = Picture::from_file(&jpeg).expect("a picture");
        assert!(!kept.bytes().windows(6).any(|six| six == b"secret"));
    }

    #[test]
    fn what_is_no_picture_is_refused() {
        let good = file(&RgbaImage::from_pixel(64, 64, Rgba([9, 99, 9, 255])), ImageFormat::Png);
        for (bytes, expected) in [
            (Vec::new(), Code::PictureInvalid),
            (b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script/></svg>".to_vec(), Code::PictureInvalid),
            (b"GIF89a".to_vec(), Code::PictureInvalid),
            (good[..good.len() / 2].to_vec(), Code::PictureInvalid),
            (vec![0; LARGEST_FILE + 1], Code::PictureTooLarge),
            (file(&RgbaImage::new(4001, 1), ImageFormat::Png), Code::PictureTooLarge),
        ] {
            assert_eq!(Picture::from_file(&bytes).err(), Some(expected));
        }
        // A header that promises more than any memory has.
        let mut bomb = good.clone();
        bomb[16..24].copy_from_slice(&[0x7f, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff]);
        assert!(Picture::from_file(&bomb).is_err());
    }
}

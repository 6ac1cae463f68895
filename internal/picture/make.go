package picture

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"image/jpeg"
	"image/png"

	"golang.org/x/image/webp"
)

// Make makes a file for each of some widths, the largest first, of a picture as
// it was found. Equal bytes make equal files. Whatever is wrong with it is a
// [Refusal].
//
// Make takes up to 300 MB for a moment: call it once at a time.
func Make(b []byte, widths ...int) (files []File, err error) {
	f, err := look(b)
	if err != nil {
		return nil, err
	}
	// Decoders of strangers' bytes have panicked before.
	defer func() {
		if p := recover(); p != nil {
			files, err = nil, damaged(f.kind, fmt.Errorf("%v", p))
		}
	}()
	img, err := decode(b, f.kind)
	if err != nil {
		return nil, damaged(f.kind, err)
	}
	canvas := image.Rect(0, 0, f.width, f.height)
	if f.kind != kindGIF { // whose first picture may be a part of it
		canvas = img.Bounds()
	}
	for _, width := range widths {
		cw, ch := canvas.Dx(), canvas.Dy()
		if f.turn.swaps() {
			cw, ch = ch, cw
		}
		w, h := fit(cw, ch, width)
		if f.turn.swaps() {
			w, h = h, w
		}
		small := scaled(img, canvas, w, h)
		img, canvas = small, small.Rect // the next one is smaller still
		upright := turned(small, f.turn)
		file, err := encode(upright, f.drawn)
		if err != nil {
			return nil, damaged(f.kind, err)
		}
		files = append(files, file)
	}
	return files, nil
}

// decode decodes the first picture there is.
func decode(b []byte, k kind) (image.Image, error) {
	r := bytes.NewReader(b)
	switch k {
	case kindJPEG:
		return jpeg.Decode(r)
	case kindPNG:
		return png.Decode(r)
	case kindGIF:
		return gif.Decode(r)
	}
	return webp.Decode(r)
}

// The sizes of what is written. Letters have their pictures loaded over the
// telephone.
const (
	amplePNG = 256 << 10 // of a transparent one; a larger one is laid on white
	ampleJPG = 200 << 10 // above this it is written less well
	fewBytes = 24 << 10  // a drawing is not worth blurring for less
)

// qualities are tried from the best.
var qualities = []int{78, 66, 54}

// encode writes a picture as what suits it. What was stored without loss is a
// photograph all the same if it is smaller as one.
func encode(img *image.RGBA, drawn bool) (File, error) {
	if img.Opaque() {
		photo, err := asJPEG(img)
		if err != nil || !drawn {
			return file(img, photo, ".jpg"), err
		}
		drawing, err := asPNG(img)
		if len(drawing) > max(fewBytes, len(photo)+len(photo)/4) {
			return file(img, photo, ".jpg"), err
		}
		return file(img, drawing, ".png"), err
	}
	drawing, err := asPNG(img)
	if err != nil || len(drawing) <= amplePNG {
		return file(img, drawing, ".png"), err
	}
	paper := image.NewRGBA(img.Rect)
	draw.Draw(paper, paper.Rect, image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.Draw(paper, paper.Rect, img, img.Rect.Min, draw.Over)
	photo, err := asJPEG(paper)
	return file(img, photo, ".jpg"), err
}

func file(img *image.RGBA, b []byte, extension string) File {
	return File{Name: name(b, extension), Width: img.Rect.Dx(), Height: img.Rect.Dy(), Bytes: b}
}

func asJPEG(img *image.RGBA) ([]byte, error) {
	var b bytes.Buffer
	for _, q := range qualities {
		b.Reset()
		if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: q}); err != nil {
			return nil, err
		}
		if b.Len() <= ampleJPG {
			break
		}
	}
	return b.Bytes(), nil
}

func asPNG(img *image.RGBA) ([]byte, error) {
	var b bytes.Buffer
	err := png.Encode(&b, few(img))
	return b.Bytes(), err
}

// few returns a picture of no more than 256 colours with a palette, which is
// written in a third of the bytes, and any other as it is.
func few(img *image.RGBA) image.Image {
	index := make(map[[4]byte]uint8)
	out := image.NewPaletted(img.Rect, nil)
	for i := 0; i+4 <= len(img.Pix); i += 4 { // the picture is whole: no gaps between lines
		c := [4]byte(img.Pix[i:])
		n, ok := index[c]
		if !ok {
			if len(index) == 256 {
				return img
			}
			n = uint8(len(index))
			index[c] = n
			out.Palette = append(out.Palette, color.NRGBAModel.Convert(color.RGBA{c[0], c[1], c[2], c[3]}))
		}
		out.Pix[i/4] = n
	}
	return out
}

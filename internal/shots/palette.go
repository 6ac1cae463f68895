package main

import (
	"cmp"
	"image"
	"image/color"
	"image/png"
	"maps"
	"os"
	"slices"
)

// save writes a picture as a PNG of at most 256 colours, which is all that
// letters are made of, nearly, and a third of the size.
func save(file string, img image.Image) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(f, reduce(img)); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

// reduce keeps the commonest colours and paints everything else in the nearest
// of them. The same picture gives the same bytes.
func reduce(img image.Image) *image.Paletted {
	at := func(x, y int) color.RGBA { return color.RGBAModel.Convert(img.At(x, y)).(color.RGBA) }
	b := img.Bounds()
	count := map[color.RGBA]int{}
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			count[at(x, y)]++
		}
	}
	colours := slices.SortedFunc(maps.Keys(count), func(p, q color.RGBA) int {
		return cmp.Or(cmp.Compare(count[q], count[p]), cmp.Compare(number(p), number(q)))
	})
	var palette color.Palette
	for _, c := range colours {
		if len(palette) == 256 {
			break
		}
		if len(palette) < 32 || apart(palette, c) { // the rest of the room is for what is really different
			palette = append(palette, c)
		}
	}
	out := image.NewPaletted(image.Rect(0, 0, b.Dx(), b.Dy()), palette)
	index := map[color.RGBA]uint8{}
	for y := range b.Dy() {
		for x := range b.Dx() {
			c := at(b.Min.X+x, b.Min.Y+y)
			i, ok := index[c]
			if !ok {
				i = uint8(palette.Index(c))
				index[c] = i
			}
			out.Pix[y*out.Stride+x] = i
		}
	}
	return out
}

func number(c color.RGBA) int { return int(c.R)<<16 | int(c.G)<<8 | int(c.B) }

// apart reports whether a colour is not nearly one of the palette.
func apart(palette color.Palette, c color.RGBA) bool {
	const nearly = 5 // of 255, in each of red, green and blue
	far := func(a, b uint8) bool { return max(a, b)-min(a, b) > nearly }
	return !slices.ContainsFunc(palette, func(p color.Color) bool {
		o := p.(color.RGBA)
		return !far(o.R, c.R) && !far(o.G, c.G) && !far(o.B, c.B)
	})
}

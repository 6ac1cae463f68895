package picture

import (
	"encoding/base64"
	"testing"
)

// Two pictures that Chromium wrote: a slope from red to blue of 75 × 100
// pixels, and a red quarter on white of 64 × 48.
const (
	lossy    = "UklGRrAAAABXRUJQVlA4IKQAAABwBgCdASpLAGQAPxGIvVmsKKYjoOgBgCIJYwDFhH+b+r7AHjc/Y2//Nx///+Zv//oY2///7L///7pKotgA/uLguUKHX/fHtd7W9a74vczeFyYyJ4CH4uTNw/VQnXVREWgzsTjUChbPZVgEKaI8BFu5YCqghsTu2lJrD6IspNLL0PlvSrckrdUn6IjB8Wf3ywFXYssr+WmnWEKlziZFlJ6UhQAAAA=="
	lossless = "UklGRkAAAABXRUJQVlA4TDQAAAAvP8ALAA8w/xfpnv/5Dy2IBZP8pWfQHdH/qIJvAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
)

func webpOf(t testing.TB, text string) []byte {
	t.Helper()
	b, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// cmyk is a JPEG of four inks as Adobe's programs write it, inside out, of 64 ×
// 64 pixels: a red quarter on white. Each block is of one colour.
func cmyk() []byte {
	b := []byte{0xff, 0xd8, 0xff, 0xee, 0, 14, 'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, 0}
	b = append(b, 0xff, 0xdb, 0, 67, 0)
	for range 64 {
		b = append(b, 8)
	}
	b = append(b, 0xff, 0xc0, 0, 20, 8, 0, 64, 0, 64, 4)
	for id := range byte(4) {
		b = append(b, id+1, 0x11, 0)
	}
	// Differences of nine lengths, each with a code of four bits; and one bit
	// that says that a block has nothing else.
	b = append(b, 0xff, 0xc4, 0, 28, 0x00, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8)
	b = append(b, 0xff, 0xc4, 0, 20, 0x10, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	b = append(b, 0xff, 0xda, 0, 14, 4, 1, 0, 2, 0, 3, 0, 4, 0, 0, 63, 0)
	var bits, n uint
	put := func(v, length uint) {
		for i := range length {
			bits, n = bits<<1|v>>(length-1-i)&1, n+1
			if n == 8 {
				if b = append(b, byte(bits)); byte(bits) == 0xff {
					b = append(b, 0)
				}
				bits, n = 0, 0
			}
		}
	}
	var last [4]int
	for block := range 64 {
		inks := [4]int{127, 127, 127, 127} // none, as it is stored: 255, less 128
		if block%8 < 4 && block < 32 {
			inks[1], inks[2] = -128, -128 // magenta and yellow
		}
		for i, v := range inks {
			diff := v - last[i]
			last[i] = v
			size, rest := uint(0), diff
			for m := max(diff, -diff); m > 0; m >>= 1 {
				size++
			}
			if diff < 0 {
				rest = diff + 1<<size - 1
			}
			put(size, 4)
			put(uint(rest), size)
			put(0, 1)
		}
	}
	for n != 0 {
		put(1, 1)
	}
	return append(b, 0xff, 0xd9)
}

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// widths are a telephone, a mail program and a wide window, in CSS pixels.
var widths = []int{320, 600, 1200}

// picture makes a picture of each letter at each width, of some in the dark
// too, and two that show several side by side.
func picture(ctx context.Context, dir, images string, letters []Letter) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	b, err := newBrowser(ctx, images, letters)
	if err != nil {
		return err
	}
	defer b.stop()
	taken := map[string]image.Image{}
	for _, l := range letters {
		for _, scheme := range []string{"light", "dark"} {
			if scheme == "dark" && !l.Dark {
				continue
			}
			for _, width := range widths {
				name := fmt.Sprintf("%s-%d-%s", l.Name, width, scheme)
				img, err := b.shoot(l.Name, width, scheme)
				if err != nil {
					return fmt.Errorf("%s: %w", name, err)
				}
				taken[name] = img
				if err := save(filepath.Join(dir, name+".png"), img); err != nil {
					return err
				}
			}
		}
	}
	for _, s := range []struct {
		name   string
		height int
		of     []string
	}{
		{"letter", 980, []string{"digest-en-600-light", "digest-en-600-dark"}},
		{"phones", 900, []string{"digest-en-320-light", "digest-ar-320-light", "reminder-320-light", "digest-en-320-dark"}},
	} {
		var row []image.Image
		for _, name := range s.of {
			row = append(row, taken[name])
		}
		if err := save(filepath.Join(dir, s.name+".png"), beside(row, s.height)); err != nil {
			return err
		}
	}
	return nil
}

// A browser is Chromium, and the letters where it can see them.
type browser struct {
	ctx  context.Context
	at   string
	stop func()
}

// newBrowser starts Chromium and serves it the letters, with the pictures of
// the sample in the place of those on the publication's server.
func newBrowser(ctx context.Context, images string, letters []Letter) (*browser, error) {
	program := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			program = found
			break
		}
	}
	if program == "" {
		return nil, errors.New("pictures need Chromium: apt-get install chromium")
	}
	profile, err := os.MkdirTemp("", "shots-")
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	at := "http://" + listener.Addr().String()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /media/", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFile(w, r, filepath.Join(images, filepath.Base(r.URL.Path)))
	})
	for _, l := range letters {
		page := strings.ReplaceAll(l.HTML, `src="`+site+"/", `src="`+at+"/")
		mux.HandleFunc("GET /"+l.Name, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			fmt.Fprint(w, page)
		})
	}
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go server.Serve(listener) //nolint:errcheck // closed by stop
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(program), chromedp.Flag("no-sandbox", true), chromedp.Flag("disable-gpu", true), chromedp.UserDataDir(profile),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("hide-scrollbars", true),
		chromedp.Flag("font-render-hinting", "none"), chromedp.Flag("disable-lcd-text", true))
	ctx, stopAll := chromedp.NewExecAllocator(ctx, options...)
	ctx, closeTab := chromedp.NewContext(ctx)
	return &browser{ctx: ctx, at: at, stop: func() {
		closeTab()
		stopAll()
		server.Close()
		os.RemoveAll(profile)
	}}, nil
}

// shoot returns a letter as it is seen from top to bottom.
func (b *browser) shoot(name string, width int, scheme string) (image.Image, error) {
	err := chromedp.Do(b.ctx,
		chromedp.EmulateViewport(int64(width), 800),
		chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
			_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
				Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
			})
			return err
		}),
		chromedp.Navigate(b.at+"/"+name))
	if err != nil {
		return nil, err
	}
	shot, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		return nil, err
	}
	return png.Decode(bytes.NewReader(shot))
}

// beside puts the upper parts of pictures next to each other.
func beside(row []image.Image, height int) image.Image {
	const gap = 10
	width := gap
	for _, img := range row {
		width += img.Bounds().Dx() + gap
	}
	sheet := image.NewRGBA(image.Rect(0, 0, width, height+2*gap))
	draw.Draw(sheet, sheet.Bounds(), image.NewUniform(color.RGBA{0xc9, 0xcf, 0xd8, 0xff}), image.Point{}, draw.Src)
	x := gap
	for _, img := range row {
		part := image.Rect(x, gap, x+img.Bounds().Dx(), gap+min(height, img.Bounds().Dy()))
		draw.Draw(sheet, part, img, img.Bounds().Min, draw.Src)
		x += img.Bounds().Dx() + gap
	}
	return sheet
}

package desk

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// counting finds how often it looked, and takes a while.
func counting(takes time.Duration) (*fresh[int], *atomic.Int64) {
	var looks atomic.Int64
	return &fresh[int]{find: func(context.Context, string) (int, error) {
		n := looks.Add(1)
		time.Sleep(takes)
		return int(n), nil
	}}, &looks
}

func TestFreshIsLookedAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, looks := counting(100 * time.Millisecond)
		done := make(chan int)
		for range 50 {
			go func() {
				found, _, _ := f.get(t.Context(), "weekly")
				done <- found.value
			}()
		}
		for range 50 {
			if v := <-done; v != 1 {
				t.Errorf("found %d", v)
			}
		}
		time.Sleep(freshFor + time.Second)
		began := time.Now()
		if found, ok, err := f.get(t.Context(), "weekly"); found.value != 1 || !ok || err != nil || time.Since(began) > 0 {
			t.Errorf("an old finding is %+v, %t, %v after %v", found, ok, err, time.Since(began))
		}
		time.Sleep(200 * time.Millisecond)
		if found, _, _ := f.get(t.Context(), "weekly"); found.value != 2 {
			t.Errorf("the look that it led to found %+v", found)
		}
		if n := looks.Load(); n != 2 {
			t.Errorf("%d looks", n)
		}
	})
}

// A page does not wait for what takes long, and looking takes a tenth of the
// time.
func TestFreshTakesLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, looks := counting(5 * time.Second)
		began := time.Now()
		if found, ok, err := f.get(t.Context(), "weekly"); ok || err != nil || time.Since(began) != freshWait {
			t.Errorf("%+v, %t, %v after %v", found, ok, err, time.Since(began))
		}
		for time.Since(began) < 220*time.Second {
			if _, _, err := f.get(t.Context(), "weekly"); err != nil {
				t.Error(err)
			}
			time.Sleep(time.Second)
		}
		if n := looks.Load(); n != 4 {
			t.Errorf("%d looks of five seconds in 220", n)
		}
		time.Sleep(10 * time.Second)
	})
}

func TestFreshAfterAChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, _ := counting(100 * time.Millisecond)
		f.changed("weekly") // nobody has asked
		f.get(t.Context(), "weekly")
		f.changed("weekly")
		if found, ok, _ := f.get(t.Context(), "weekly"); !ok || found.value != 2 {
			t.Errorf("after a change %+v is shown", found)
		}
		// A look that was under way when it changed began too early.
		time.Sleep(freshFor + time.Second)
		f.get(t.Context(), "weekly")
		f.changed("weekly")
		if found, _, _ := f.get(t.Context(), "weekly"); found.value != 4 {
			t.Errorf("after a change in a look %+v is shown", found)
		}
		time.Sleep(time.Second)
	})
}

func TestFreshErrors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var away atomic.Bool
		away.Store(true)
		f := &fresh[int]{find: func(context.Context, string) (int, error) {
			if away.Load() {
				return 0, errors.New("away")
			}
			return 1, nil
		}}
		if _, ok, err := f.get(t.Context(), "weekly"); ok || err == nil {
			t.Errorf("%t, %v", ok, err)
		}
		away.Store(false)
		time.Sleep(freshFor)
		f.get(t.Context(), "weekly")
		synctest.Wait()
		away.Store(true)
		time.Sleep(2 * freshFor)
		f.get(t.Context(), "weekly")
		synctest.Wait()
		if found, ok, err := f.get(t.Context(), "weekly"); !ok || err != nil || found.value != 1 {
			t.Errorf("what was known is %+v, %t, %v", found, ok, err)
		}
	})
}

func TestFreshKeepsFew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, _ := counting(0)
		for i := range 3 * mostFresh {
			f.get(t.Context(), fmt.Sprint(i))
			time.Sleep(time.Millisecond)
		}
		synctest.Wait()
		if len(f.kept) > mostFresh {
			t.Errorf("%d findings are kept", len(f.kept))
		}
	})
}

package main

import (
	"context"
	"errors"
)

func picture(ctx context.Context, dir, images string, letters []Letter) error { return errors.New("later") }

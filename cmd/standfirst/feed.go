package main

import (
	"fmt"
	"net/url"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/feed"
)

type feedCmd struct {
	Format string `arg:"" enum:"rss,atom,json,ics,opml" help:"rss, atom, json, ics or opml."`
	Topic  string `placeholder:"T" help:"Articles on this topic only."`
	Author string `placeholder:"A" help:"Articles by this author only."`
	City   string `placeholder:"C" help:"Events in this city only."`
}

func (c *feedCmd) Help() string {
	return `Prints the very bytes that the server gives, after reading the sources.

Examples:
  standfirst feed rss --topic Leadership
  standfirst feed ics --city London`
}

func (c *feedCmd) Run(e *env) error {
	path, err := c.path()
	if err != nil {
		return err
	}
	a, err := e.open()
	if err != nil {
		return err
	}
	defer a.close()
	if _, err := a.sync(e.ctx, content.SyncOptions{}); err != nil {
		return err
	}
	if err := a.shelf.Build(e.ctx); err != nil {
		return err
	}
	at, err := url.PathUnescape(path)
	if err != nil {
		return err // of no path of ours
	}
	d, ok := a.shelf.Document(at)
	if !ok {
		return &coded{exitFailed, fmt.Errorf("there is no feed at %s", path), "standfirst feed opml lists them all"}
	}
	_, err = e.stdout.Write(d.Body)
	return err
}

// path is where the server has the feed, as addresses have it.
func (c *feedCmd) path() (string, error) {
	ending := "." + c.Format
	switch narrow := [...]string{c.Topic, c.Author, c.City}; {
	case c.Format == "opml":
		if narrow != [3]string{} {
			return "", usage("", "the list of all feeds is not of a topic, author or city")
		}
		return "/feeds.opml", nil
	case c.Topic != "" && c.Author != "" || c.City != "" && c.Topic+c.Author != "":
		return "", usage("", "--topic, --author and --city do not go together")
	case c.City != "":
		return "/events/" + feed.Segment(c.City) + ending, nil
	case c.Format == "ics":
		if c.Topic+c.Author != "" {
			return "", usage("articles have rss, atom and json", "a calendar holds events, which have --city")
		}
		return "/events.ics", nil
	case c.Topic != "":
		return "/topics/" + feed.Segment(c.Topic) + "/feed" + ending, nil
	case c.Author != "":
		return "/authors/" + feed.Segment(c.Author) + "/feed" + ending, nil
	}
	return "/feed" + ending, nil
}

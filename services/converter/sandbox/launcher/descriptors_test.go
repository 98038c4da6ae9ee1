package main

import (
	"testing"

	"golang.org/x/sys/unix"
)

func TestDescriptorsFromTheFirstOneOnAreClosed(t *testing.T) {
	for name, closeFrom := range map[string]func(int) error{
		"at once":    func(first int) error { return keepDescriptors(uint(first)) },
		"one by one": closeOneByOne,
	} {
		var pair [2]int
		if err := unix.Pipe(pair[:]); err != nil {
			t.Fatal(err)
		}
		kept, closed := min(pair[0], pair[1]), max(pair[0], pair[1])
		if err := closeFrom(closed); err != nil {
			t.Fatal(err)
		}
		for descriptor, expected := range map[int]int{kept: 0, closed: unix.FD_CLOEXEC} {
			if flags, err := unix.FcntlInt(uintptr(descriptor), unix.F_GETFD, 0); err != nil || flags != expected {
				t.Errorf("%s: descriptor %d has the flags %d, %v", name, descriptor, flags, err)
			}
			unix.Close(descriptor)
		}
	}
}

package main

import (
	"testing"

	"github.com/elastic/go-seccomp-bpf/arch"
)

func TestEveryProcessorHasTheCallsThatAreAllowed(t *testing.T) {
	for _, info := range []*arch.Info{arch.X86_64, arch.AARCH64} {
		if _, err := allowedFor(info); err != nil {
			t.Error(err)
		}
	}
}

// The dynamic linker asks for the size of each library by one of these calls.
func TestEveryProcessorMayAskForTheSizeOfAFile(t *testing.T) {
	// Number 79 of arm64 and 262 of x86-64, whatever the library calls them.
	if !isAllowed(t, arch.AARCH64, 79) || !isAllowed(t, arch.X86_64, 262) {
		t.Error("newfstatat is not allowed")
	}
}

func isAllowed(t *testing.T, info *arch.Info, number int) bool {
	names, err := allowedFor(info)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if info.SyscallNames[name] == number {
			return true
		}
	}
	return false
}

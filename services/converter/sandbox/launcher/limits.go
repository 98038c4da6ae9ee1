package main

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// Zero stands for no limit.
type limits struct {
	cpuSeconds, addressSpace, fileBytes, openFiles, threads uint64
}

// A tool that blocks SIGXCPU is killed this many seconds later.
const cpuGraceSeconds = 5

func setLimits(l limits) error {
	// A core dump would hold the user's file, and could be as large as the memory.
	if err := unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}); err != nil {
		return fmt.Errorf("setrlimit(RLIMIT_CORE): %w", err)
	}
	for _, limit := range []struct {
		name       string
		resource   int
		soft, hard uint64
	}{
		{"RLIMIT_CPU", unix.RLIMIT_CPU, l.cpuSeconds, l.cpuSeconds + cpuGraceSeconds},
		{"RLIMIT_FSIZE", unix.RLIMIT_FSIZE, l.fileBytes, l.fileBytes},
		{"RLIMIT_NOFILE", unix.RLIMIT_NOFILE, l.openFiles, l.openFiles},
		{"RLIMIT_NPROC", unix.RLIMIT_NPROC, l.threads, l.threads},
		{"RLIMIT_AS", unix.RLIMIT_AS, l.addressSpace, l.addressSpace},
	} {
		if limit.soft == 0 {
			continue
		}
		if err := lower(limit.resource, limit.soft, limit.hard); err != nil {
			return fmt.Errorf("setrlimit(%s): %w", limit.name, err)
		}
	}
	return nil
}

// lower sets a limit, or keeps the one in force where that is lower: nobody without privileges can raise it.
func lower(resource int, soft, hard uint64) error {
	var now unix.Rlimit
	if err := unix.Getrlimit(resource, &now); err != nil {
		return err
	}
	return unix.Setrlimit(resource, &unix.Rlimit{Cur: min(soft, now.Max), Max: min(hard, now.Max)})
}

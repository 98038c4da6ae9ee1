package main

import (
	"errors"
	"fmt"

	"github.com/landlock-lsm/go-landlock/landlock"
	ll "github.com/landlock-lsm/go-landlock/landlock/syscall"
	"golang.org/x/sys/unix"
)

const (
	// Libraries are mapped, and tools are executed.
	readable = ll.AccessFSExecute | ll.AccessFSReadFile | ll.AccessFSReadDir
	// The job's folder. Nothing can be made or removed in it.
	data = ll.AccessFSReadFile | ll.AccessFSReadDir
	// The files that the converter has made for the tool to write.
	writable = ll.AccessFSReadFile | ll.AccessFSWriteFile | ll.AccessFSTruncate
)

// landlockVersion returns the version of the kernel's interface, or 0 where there is no Landlock.
func landlockVersion() int {
	version, err := ll.LandlockGetABIVersion()
	if err != nil {
		return 0
	}
	return version
}

// restrictFiles leaves nothing but these files and folders. It also forbids TCP and UDP, abstract sockets, and signals to other
// programs, as far as the kernel knows how to. It fails where the kernel has no Landlock.
func restrictFiles(toRead, dataFolders, toWrite []string) error {
	if landlockVersion() == 0 {
		return errors.New("this kernel has no Landlock, or it is not enabled")
	}
	rules := []landlock.Rule{
		// The kernel refuses rights of folders for a file, and the library leaves them out where it is asked for best effort.
		landlock.PathAccess(readable, foldersOf(toRead)...).IgnoreIfMissing(),
		landlock.PathAccess(ll.AccessFSExecute|ll.AccessFSReadFile, filesOf(toRead)...).IgnoreIfMissing(),
		landlock.PathAccess(data, dataFolders...),
		landlock.PathAccess(writable, toWrite...),
	}
	ruleset, flags, err := landlock.V11.BestEffort().NewRulesetFD(rules...)
	if err != nil {
		return fmt.Errorf("Landlock: %w", err)
	}
	if ruleset < 0 {
		return errors.New("Landlock has nothing that it could enforce")
	}
	defer unix.Close(ruleset)
	// Of this thread alone. The other threads of the Go runtime end with the exec.
	if err := ll.LandlockRestrictSelf(ruleset, flags); err != nil {
		return fmt.Errorf("landlock_restrict_self: %w", err)
	}
	return nil
}

func isFolder(path string) bool {
	var info unix.Stat_t
	return unix.Stat(path, &info) == nil && info.Mode&unix.S_IFMT == unix.S_IFDIR
}

func foldersOf(paths []string) []string { return sift(paths, true) }
func filesOf(paths []string) []string   { return sift(paths, false) }

func sift(paths []string, folders bool) (found []string) {
	for _, path := range paths {
		if isFolder(path) == folders {
			found = append(found, path)
		}
	}
	return found
}

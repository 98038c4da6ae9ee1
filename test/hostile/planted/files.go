package main

import (
	"errors"
	"fmt"
	"strconv"

	"golang.org/x/sys/unix"
)

func readFile(path string) (string, error) {
	file, err := unix.Open(path, unix.O_RDONLY, 0)
	if err != nil {
		return "", err
	}
	defer unix.Close(file)
	bytes := make([]byte, 64)
	count, err := unix.Read(file, bytes)
	return fmt.Sprintf("%d bytes", count), err
}

func listFolder(path string) (string, error) {
	names, err := namesIn(path)
	return fmt.Sprintf("%d names", len(names)), err
}

func namesIn(path string) ([]string, error) {
	folder, err := unix.Open(path, unix.O_RDONLY|unix.O_DIRECTORY, 0)
	if err != nil {
		return nil, err
	}
	defer unix.Close(folder)
	bytes := make([]byte, 1<<16)
	count, err := unix.ReadDirent(folder, bytes)
	if err != nil {
		return nil, err
	}
	_, _, names := unix.ParseDirent(bytes[:count], -1, nil)
	return names, nil
}

func listProcesses(Targets) (string, error) {
	names, err := namesIn("/proc")
	if err != nil {
		return "", err
	}
	found := 0
	for _, name := range names {
		if number, err := strconv.Atoi(name); err == nil && number != unix.Getpid() {
			found++
		}
	}
	if found == 0 {
		return "", errors.New("there are no others")
	}
	return fmt.Sprintf("%d processes", found), nil
}

func readEnvironment(t Targets) (string, error) {
	return readFile(fmt.Sprintf("/proc/%d/environ", t.ParentPid))
}

func createFile(path string) (string, error) {
	file, err := unix.Open(path, unix.O_WRONLY|unix.O_CREAT, 0o600)
	if err != nil {
		return "", err
	}
	unix.Close(file)
	_ = unix.Unlink(path)
	return path, nil
}

// emptyByReading tries it with a device, which stays as it is. What is refused is the call, whatever the file.
func emptyByReading(Targets) (string, error) {
	const noWay = unix.O_WRONLY | unix.O_RDWR
	for _, way := range []int{unix.O_RDONLY, noWay} {
		file, err := unix.Open("/dev/null", way|unix.O_TRUNC, 0)
		if err == nil {
			unix.Close(file)
			return fmt.Sprintf("with the access mode %d", way), nil
		}
		if err != unix.EPERM {
			return "", err
		}
	}
	return "", unix.EPERM
}

// findInherited looks for descriptors above those that the program is given. Those of the Go runtime are closed on exec.
func findInherited(Targets) (string, error) {
	for descriptor := 5; descriptor < 1024; descriptor++ {
		flags, err := unix.FcntlInt(uintptr(descriptor), unix.F_GETFD, 0)
		if err == nil && flags&unix.FD_CLOEXEC == 0 {
			return fmt.Sprintf("descriptor %d", descriptor), nil
		}
	}
	return "", errors.New("nothing is open")
}

func linkSymbolically(t Targets) (string, error) { return "", unix.Symlink(t.Secret, "symbolic") }
func linkHard(t Targets) (string, error)         { return "", unix.Link(t.Secret, "hard") }
func makePipe(Targets) (string, error)           { return "", unix.Mkfifo("pipe", 0o600) }

package main

import (
	"strconv"

	"golang.org/x/sys/unix"
)

type attempt struct {
	name string
	run  func(Targets) (detail string, err error)
}

var attempts = []attempt{
	{"read /etc/passwd", func(Targets) (string, error) { return readFile("/etc/passwd") }},
	{"list /root", func(Targets) (string, error) { return listFolder("/root") }},
	{"list the processes", listProcesses},
	{"read the environment of the converter", readEnvironment},
	{"read the file of a neighbour", func(t Targets) (string, error) { return readFile(t.Secret) }},
	{"write outside the folder", func(t Targets) (string, error) { return createFile(t.Outside + "/planted") }},
	{"write to the root folder", func(Targets) (string, error) { return createFile("/planted-by-a-test") }},
	{"write to /tmp", func(Targets) (string, error) { return createFile("/tmp/planted-by-a-test") }},
	{"list the settings of other programs", func(Targets) (string, error) { return listFolder("/usr/local/etc") }},
	{"empty a file by opening it for reading", emptyByReading},
	{"use what the converter has inherited", findInherited},
	{"link to a file symbolically", linkSymbolically},
	{"link to a file", linkHard},
	{"make a named pipe", makePipe},
	{"connect to a TCP port", connectTCP},
	{"send a datagram", sendDatagram},
	{"connect to a Unix socket", connectUnix},
	{"connect to an abstract socket", connectAbstract},
	{"run a shell", func(Targets) (string, error) { return runShells(1) }},
	{"run many processes", func(Targets) (string, error) { return runShells(20) }},
	{"run a process by arguments that look like another call", forkInDisguise},
	{"signal the converter", signalParent},
	{"change the processors of the converter", changeProcessors},
	{"ask for the session of the converter", func(t Targets) (string, error) {
		session, err := unix.Getsid(t.ParentPid)
		return strconv.Itoa(session), err
	}},
	{"trace the converter", traceParent},
	{"read the memory of the converter", readMemory},
	{"mount a file system", mount},
	{"make a network namespace", makeNamespace},
	{"make a ring for system calls", makeRing},
	{"load a program into the kernel", loadProgram},
	{"watch page faults", watchPageFaults},
	{"add a key", addKey},
	{"open a counter of the processor", openCounter},
}

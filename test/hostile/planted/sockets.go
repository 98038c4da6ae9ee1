package main

import "golang.org/x/sys/unix"

var loopback = [4]byte{127, 0, 0, 1}

func connect(domain, kind int, address unix.Sockaddr) (string, error) {
	socket, err := unix.Socket(domain, kind, 0)
	if err != nil {
		return "", err
	}
	defer unix.Close(socket)
	return "", unix.Connect(socket, address)
}

func connectTCP(t Targets) (string, error) {
	return connect(unix.AF_INET, unix.SOCK_STREAM, &unix.SockaddrInet4{Port: t.TCPPort, Addr: loopback})
}

func connectUnix(t Targets) (string, error) {
	return connect(unix.AF_UNIX, unix.SOCK_STREAM, &unix.SockaddrUnix{Name: t.UnixSocket})
}

func connectAbstract(t Targets) (string, error) {
	return connect(unix.AF_UNIX, unix.SOCK_STREAM, &unix.SockaddrUnix{Name: "@" + t.Abstract})
}

// A question to a name server leaves a machine in the same way.
func sendDatagram(t Targets) (string, error) {
	socket, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM, 0)
	if err != nil {
		return "", err
	}
	defer unix.Close(socket)
	return "", unix.Sendto(socket, []byte("planted"), 0, &unix.SockaddrInet4{Port: t.UDPPort, Addr: loopback})
}

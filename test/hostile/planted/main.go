// Command planted stands in for an ffmpeg that a hostile file has taken over. It tries to get at everything round it, and prints
// one line of JSON for each try: {"try":"…","got":true,"detail":"…"}. With an argument, it tries to use too much of one thing.
package main

import (
	"encoding/json"
	"os"
	"runtime"

	"golang.org/x/sys/unix"
)

// Targets are what a test has put where the program should not reach. They come as JSON in the first argument.
type Targets struct {
	ParentPid  int    `json:"parentPid"`
	Secret     string `json:"secret"`
	Outside    string `json:"outside"`
	TCPPort    int    `json:"tcpPort"`
	UDPPort    int    `json:"udpPort"`
	UnixSocket string `json:"unixSocket"`
	Abstract   string `json:"abstract"`
}

func main() {
	// Namespaces and traces belong to a thread.
	runtime.LockOSThread()
	if len(os.Args) < 2 {
		os.Exit(2)
	}
	if excess, found := excesses[os.Args[1]]; found {
		excess()
		return
	}
	// It also has to start where a converter tries its tools.
	if os.Args[1] == "-version" {
		say([]byte("ffmpeg version planted\n"))
		return
	}
	var targets Targets
	if err := json.Unmarshal([]byte(os.Args[1]), &targets); err != nil {
		os.Exit(2)
	}
	for _, attempt := range attempts {
		detail, err := attempt.run(targets)
		report(attempt.name, detail, err)
	}
	report("exec of a shell", "", becomeShell())
}

func report(name, detail string, err error) {
	if err != nil {
		detail = err.Error()
	}
	line, _ := json.Marshal(map[string]any{"try": name, "got": err == nil, "detail": detail})
	say(append(line, '\n'))
}

// Files of the package os would start the poller of the Go runtime, which a box need not allow.
func say(text []byte) { _, _ = unix.Write(1, text) }

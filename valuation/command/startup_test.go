package command

import (
	"os/exec"
	"strings"
	"testing"
	"time"
)

// Who asks the program something small has the answer at once. What else the machine
// does costs time that is not the program's, so its own is counted, the least of several.
func TestStartUp(t *testing.T) {
	const most = 100 * time.Millisecond
	for _, arguments := range []string{
		"--help", "help run", "version",
		"predict --model bgnbd --params r=.243,alpha=4.414,a=.793,b=2.426 --x 2 --t-x 30 --T 39 --horizon 39",
	} {
		least := time.Hour
		for range 5 {
			command := exec.Command("cbv", strings.Fields(arguments)...)
			if output, err := command.CombinedOutput(); err != nil {
				t.Fatalf("cbv %s: %v: %s", arguments, err, output)
			}
			least = min(least, command.ProcessState.UserTime()+command.ProcessState.SystemTime())
		}
		if least > most {
			t.Errorf("cbv %s takes %s of processor time, more than %s", arguments, least, most)
		}
		t.Logf("cbv %s: %s", arguments, least)
	}
}

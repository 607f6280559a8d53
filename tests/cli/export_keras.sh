# Exported scripts build the same networks in Keras.
. tests/cli/expect.bash
. tests/cli/export.bash
need_python keras,tensorflow,numpy
make_trained
check_scripts keras
done_testing

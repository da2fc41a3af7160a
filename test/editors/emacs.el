;;; The scenario in Emacs with eglot, in batch: no idle timer runs there, so that what they do is called by hand.
;;; -*- lexical-binding: t; -*-

(require 'python)
(require 'flymake)
(require 'json)
(require 'cl-lib)
(add-to-list 'load-path (expand-file-name "../../clients/emacs" (file-name-directory load-file-name)))
(require 'precollect)
(setq create-lockfiles nil
      make-backup-files nil
      eglot-sync-connect 10
      eglot-connect-timeout 30
      flymake-no-changes-timeout 0.1
      eglot-confirm-server-initiated-edits nil
      eglot-confirm-server-edits nil
      precollect-command (list (getenv "NODE") (getenv "PRECOLLECT") "server" "--stdio")
      precollect-trusted t
      precollect-settings (list :python (getenv "PYTHON")))

(defvar scenario (with-temp-buffer
                   (insert-file-contents (getenv "SCENARIO"))
                   (json-parse-buffer :object-type 'alist :array-type 'list)))
(defun of (&rest keys) (let ((it scenario)) (dolist (key keys it) (setq it (alist-get key it)))))
(defun visit (path)
  (find-file (expand-file-name path (getenv "WORKSPACE")))
  (unless (derived-mode-p 'python-mode) (python-mode)))

(defun wait-for (what holds)
  (let ((end (+ (float-time) 40)))
    (while (and (not (funcall holds)) (< (float-time) end))
      (accept-process-output nil 0.05))
    (unless (funcall holds)
      (error "waited for %s; shown: %S" what (mapcar #'flymake-diagnostic-text (flymake-diagnostics))))))

(defun shown (words)
  (flymake-start)
  (cl-find-if (lambda (it) (string-search words (flymake-diagnostic-text it))) (flymake-diagnostics)))

(defvar failed 0)
(defmacro it (name &rest body)
  `(condition-case trouble (progn ,@body (princ (format "ok %s\n" ,name)))
     (error (setq failed (1+ failed)) (princ (format "FAIL %s\n%S\n" ,name trouble)))))

(visit (of 'dead 'path))
(defvar dead (current-buffer))

(it "the finding is shown where the fault is"
    (apply #'eglot (eglot--guess-contact))
    (wait-for "the server" #'eglot-managed-p)
    (flymake-mode 1)
    (wait-for "the finding" (lambda () (shown (of 'dead 'message))))
    (let ((place (flymake-diagnostic-beg (shown (of 'dead 'message)))))
      (cl-assert (equal place (+ (point-min) (of 'dead 'character))))))

(it "the hover names the candidates"
    (goto-char (+ (point-min) (of 'dead 'character)))
    (let* ((hover (jsonrpc-request (eglot-current-server) :textDocument/hover (eglot--TextDocumentPositionParams)))
           (text (plist-get (plist-get hover :contents) :value)))
      (dolist (words (of 'hover)) (cl-assert (string-search words text) t text))))

(it "why and plan are told"
    (precollect-why)
    (with-current-buffer "*precollect*" (cl-assert (string-search "app.models" (buffer-string))))
    (with-current-buffer dead (precollect-plan))
    (with-current-buffer "*precollect*" (cl-assert (string-search "app.groups" (buffer-string)))))

(set-buffer dead)
(it "the bridge is applied, and the finding vanishes"
    (let* ((actions (eglot-code-actions (line-beginning-position) (line-end-position) nil nil))
           (bridge (cl-find-if (lambda (it) (string-search (of 'bridge 'title) (plist-get it :title)))
                               (append actions nil)))
           (bridge (if (plist-get bridge :edit) bridge
                     (jsonrpc-request (eglot-current-server) :codeAction/resolve bridge))))
      (eglot--apply-workspace-edit (plist-get bridge :edit) nil))
    (set-buffer dead)
    (cl-assert (string-search (of 'bridge 'text) (buffer-string)))
    (eglot--signal-textDocument/didChange)
    (wait-for "no finding" (lambda () (flymake-start) (null (flymake-diagnostics))))
    (save-buffer))

(it "an edit of another file, not saved, brings a finding into the first"
    (visit (of 'break 'path))
    (wait-for "the server" #'eglot-managed-p)
    (goto-char (point-min))
    (delete-region (point) (line-end-position))
    (insert (of 'break 'text))
    (eglot--signal-textDocument/didChange)
    (cl-assert (buffer-modified-p))
    (set-buffer dead)
    (wait-for "the finding" (lambda () (shown (of 'break 'message)))))

(it "pytest confirms what is saved"
    (with-current-buffer (get-file-buffer (expand-file-name (of 'break 'path) (getenv "WORKSPACE"))) (save-buffer))
    (set-buffer dead)
    (precollect-confirm)
    (wait-for "the state" (lambda () (shown (of 'confirmed)))))

(ignore-errors (eglot-shutdown (eglot-current-server)))
(kill-emacs (if (= failed 0) 0 1))
